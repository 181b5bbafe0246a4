"""A support that the first batch sets: its range, that it stays, and that a restored learner has the same."""

import numpy as np
import pytest

from tests.agents import learners
from tests.agents.test_learning import Batches, assert_equal
from walker_rl.agents.config import DistributionalConfig
from walker_rl.hyperparameters import problems
from walker_rl.losses.categorical import guessed_support

DISTRIBUTIONAL = [
    name for name in learners.OFF_POLICY if issubclass(learners.agents.config_class(name), DistributionalConfig)
]


@pytest.mark.parametrize(
    ("reward", "discount", "expected"),
    [
        ([2.0, 1.0], [0.9, 0.5], [-5.0, 40.0]),  # 20 and 2, and 0
        ([-3.0, 1.0], [0.0, 0.5], [-4.25, 7.0]),  # -3 at the end of an episode, and 2
        ([-1.0], [0.9], [-12.5, 10.0]),
        ([0.0, 0.0], [0.9, 0.0], [0.0, 0.0]),
    ],
)
def test_the_guess_spans_the_returns_of_rewards_that_continue(reward, discount, expected):
    np.testing.assert_allclose(guessed_support(np.float32(reward), np.float32(discount)), expected, rtol=1e-5)


@pytest.mark.parametrize("agent", DISTRIBUTIONAL)
def test_the_first_batch_sets_the_support_and_a_restored_learner_keeps_it(agent):
    builder = learners.agents.make_builder(agent, learners.make_config(agent, support="auto"), learners.SPEC)
    dataset, batches = Batches(), learners.random_batches(4, reward_scale=400.0)
    learner, rows = builder.make_learner(builder.make_networks(0), dataset, 0), list(map(learners.packed, batches))
    first_state = learner.save()
    low, high = guessed_support(batches[0].reward, batches[0].discount).numpy()
    dataset.extend(rows)
    for _ in range(2):
        metrics = learner.step()
        np.testing.assert_allclose([metrics["support_min"], metrics["support_max"]], [low, high], rtol=1e-6)
    saved = learner.save()
    np.testing.assert_allclose(saved["atoms"], np.linspace(low, high, 51), rtol=1e-4, atol=1e-2)
    expected = [learner.step() for _ in range(2)], learner.save()

    dataset.append(learners.packed(batches[0]._replace(reward=0 * batches[0].reward)))
    learner.restore(first_state)
    metrics = learner.step()
    assert (metrics["support_min"], metrics["support_max"]) == (-25.0, 150.0), "without rewards it is not guessed"

    dataset.extend(rows[2:])
    learner.restore(saved)
    assert [learner.step() for _ in range(2)] == expected[0]
    assert_equal(learner.save(), expected[1])


def test_a_guess_needs_a_discount_below_one():
    config = learners.make_config(DISTRIBUTIONAL[0], support="auto", discount=1.0)
    assert list(problems(config)) == ["support = auto: must be fixed with agent.discount = 1"]

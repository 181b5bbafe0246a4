"""What every off-policy learner promises: determinism, an exact resume, its targets and variables."""

import collections
import functools

import numpy as np
import pytest
import tensorflow as tf

from tests.agents import learners
from tests.fakes import weights_of
from walker_rl.agents.config import DistributionalConfig
from walker_rl.policies.numpy_policy import NumpyPolicy
from walker_rl.schedules import Linear

pytestmark = pytest.mark.parametrize("agent", learners.OFF_POLICY)


def make(agent, batches, seed=0, **overrides):
    config = learners.make_config(agent, **overrides)
    networks = learners.make_networks(agent, config)
    return learners.make_learner(agent, config, networks, batches, seed), networks


class Batches(collections.deque):
    """A dataset that a test fills."""

    def __next__(self):
        if not self:
            raise StopIteration
        return self.popleft()


@functools.cache
def traced(agent, **overrides):
    """A learner that several tests share, its networks, its dataset and its first state."""
    config = learners.make_config(agent, **overrides)
    builder = learners.agents.make_builder(agent, config, learners.SPEC)
    networks, dataset = builder.make_networks(seed=0), Batches()
    learner = builder.make_learner(networks, dataset, seed=0)
    return learner, networks, dataset, learner.save()


def reuse(agent, rows, **overrides):
    """As `make` with seed 0, of batches as rows. To trace an update takes longer than all that tests do with it."""
    learner, networks, dataset, first_state = traced(agent, **overrides)
    dataset.clear()
    dataset.extend(rows)
    learner.restore(first_state)
    return learner, networks


def random_rows(count):
    return [learners.packed(batch) for batch in learners.random_batches(count)]


def other_settings(agent):
    """Of targets, the evaluated policy and clipping, for the tests that need one of them."""
    return {**learners.facts(agent).TARGETS, "evaluated_tau": 0.25, "max_gradient_norm": None}


FALLING = {
    "min_replay_size": 10,
    "samples_per_insert": 2.0 * learners.BATCH_SIZE,
    "critic_learning_rate": Linear(1e-3, 0.0, 10, 11),
    "evaluated_tau": 1.0,
}
"""Update k is due at step 10 + (k + 1) / 2: of the critic's rate half is left at the first, nothing at the others."""


def assert_equal(actual, expected):
    assert actual.keys() == expected.keys()
    for name, value in expected.items():
        np.testing.assert_array_equal(actual[name], value, err_msg=name)


def test_targets_start_as_equal_copies_and_seeds_differ(agent):
    config = learners.make_config(agent)
    networks, other = (learners.make_networks(agent, config, seed) for seed in (0, 1))
    weights = learners.weights(networks)
    targets = [name for name in weights if name.startswith("target_")]
    assert any(name.startswith("target_critic/") for name in targets)
    for name in targets:
        np.testing.assert_array_equal(weights[name], weights[name.removeprefix("target_")])
    hidden = [name for name in weights if name.endswith("hidden_0/w")]
    for name in hidden:
        assert not np.array_equal(learners.weights(other)[name], weights[name])
    assert networks.target_policy is not networks.policy
    assert networks.target_critic is not networks.critic


def test_equal_seeds_and_batches_give_bit_identical_learners(agent):
    states = []
    for learner, _ in (make(agent, learners.random_batches(5)), reuse(agent, random_rows(5))):
        for _ in range(5):
            learner.step()
        states.append(learner.save())
    assert_equal(*states)


def test_a_restored_learner_goes_on_bit_for_bit(agent):
    batches = learners.random_batches(7)
    learner, _ = reuse(agent, map(learners.packed, batches))
    for _ in range(4):
        learner.step()
    saved = learner.save()
    metrics = [learner.step() for _ in range(3)]

    resumed, _ = make(agent, batches[4:], seed=99)
    resumed.restore(saved)
    assert resumed.learner_steps == 4
    for expected in metrics:
        assert_equal(resumed.step(), expected)
    assert_equal(resumed.save(), learner.save())
    assert saved["num_steps"] == 4


def test_learning_rates_follow_their_schedules(agent):
    learner, _ = reuse(agent, random_rows(4), **FALLING)
    name = next(name for name in learner.save() if name.startswith("critic/") and name.endswith("hidden_0/w"))
    moved = []
    for _ in range(4):
        before = learner.save()[name]
        learner.step()
        moved.append(np.abs(learner.save()[name] - before).max())
    assert moved[0] > 1e-4
    assert moved[1:] == [0, 0, 0]


def test_restore_is_strict_and_changes_nothing_when_it_refuses(agent):
    learner, _ = reuse(agent, random_rows(1))
    state = learner.save()
    learner.step()
    before = learner.save()
    parts = {name.split("/")[0]: name for name in state if "/" in name}
    assert {"policy", "critic", "target_critic", "policy_optimizer", "critic_optimizer"} <= parts.keys()
    for name in (*parts.values(), "seed"):
        with pytest.raises(ValueError, match=f"{name}.* missing"):
            learner.restore({key: value for key, value in state.items() if key != name})
        with pytest.raises(ValueError, match=f"{name}.* shape"):
            learner.restore({**state, name: np.zeros((1, 1, 1))})
    with pytest.raises(ValueError, match=r"leftover.* unknown"):
        learner.restore({**state, "leftover": np.zeros(1)})
    assert_equal(learner.save(), before)


def test_metrics_are_finite_scalars(agent):
    learner, _ = reuse(agent, random_rows(3))
    metrics = [learner.step() for _ in range(3)][-1]
    expected = {"critic_loss", "policy_loss", "q_mean", "critic_gradient_norm", "policy_gradient_norm"}
    assert expected <= metrics.keys()
    is_distributional = isinstance(learners.make_config(agent), DistributionalConfig)
    assert ("end_atom_mass" in metrics) == is_distributional
    for name, value in metrics.items():
        assert isinstance(value, float), name
        assert np.isfinite(value), name


def test_arrays_and_tensors_are_the_same_to_a_learner(agent):
    arrays = random_rows(2)
    states = []
    for batches in (arrays, [tf.constant(batch) for batch in arrays]):
        learner, _ = reuse(agent, batches)
        learner.step()
        learner.step()
        with pytest.raises(StopIteration):
            learner.step()
        assert learner.learner_steps == 2
        states.append(learner.save())
    assert_equal(*states)


def test_a_batch_of_another_size_is_refused(agent):
    batch = learners.random_batches(1)[0]
    learner, _ = make(agent, [type(batch)(*(array[:-1] for array in batch))])
    size = learners.BATCH_SIZE
    with pytest.raises(ValueError, match=rf"^a batch has shape \({size - 1}, \d+\), not \({size}, "):
        learner.step()
    assert learner.learner_steps == 0


def test_actors_get_the_online_policy(agent):
    learner, networks = reuse(agent, random_rows(2))
    learner.step()
    learner.step()
    (variables,) = learner.get_variables(["policy"])
    assert_equal(variables, weights_of(networks.policy))
    if networks.target_policy is not None:
        assert not np.array_equal(variables["hidden_0/w"], networks.target_policy.named_variables()["hidden_0/w"])
    NumpyPolicy(networks.architecture).update(variables)
    with pytest.raises(KeyError):
        learner.get_variables(["critic"])


def test_the_evaluated_policy_is_a_mean_of_the_online_one_that_forgets(agent):
    learner, _ = reuse(agent, random_rows(3), **other_settings(agent))
    (expected,) = learner.get_variables(["policy"])
    for _ in range(3):
        learner.step()
        online, evaluated = learner.get_variables(["policy", "evaluated_policy"])
        expected = {name: 0.75 * expected[name] + 0.25 * online[name] for name in online}
        for name, value in expected.items():
            np.testing.assert_allclose(evaluated[name], value, rtol=1e-5, atol=1e-7, err_msg=name)
    assert not np.array_equal(evaluated["hidden_0/w"], online["hidden_0/w"])


def test_the_evaluated_policy_may_be_the_online_one(agent):
    learner, _ = reuse(agent, random_rows(2), **FALLING)
    learner.step()
    learner.step()
    assert_equal(*learner.get_variables(["policy", "evaluated_policy"]))


def test_what_an_actor_got_stays_as_it_was(agent):
    learner, networks = reuse(agent, random_rows(4))
    for _ in range(2):
        (variables,) = learner.get_variables(["policy"])
        before = weights_of(networks.policy)
        learner.step()
        learner.step()
        assert_equal(variables, before)
        assert not np.array_equal(before["mean/w"], weights_of(networks.policy)["mean/w"])


def test_after_restoring_actors_get_the_weights_restored(agent):
    learner, _ = reuse(agent, random_rows(3))
    state, (variables,) = learner.save(), learner.get_variables(["policy"])
    learner.step()
    learner.restore(state)
    assert_equal(learner.get_variables(["policy"])[0], variables)


def test_targets_follow_the_papers_rule(agent):
    facts = learners.facts(agent)
    learner, networks = reuse(agent, random_rows(5), **other_settings(agent))
    for step in range(5):
        before = learners.weights(networks)
        learner.step()
        after = learners.weights(networks)
        for name in [name for name in after if name.startswith("target_")]:
            online = name.removeprefix("target_")
            expected = facts.expected_target(step, before[name], before[online], after[online])
            np.testing.assert_allclose(after[name], expected, rtol=1e-6, atol=1e-7, err_msg=name)


def test_gradients_are_clipped_at_the_norm_asked_for(agent):
    """Adam divides by the gradient's size: only epsilon makes the first step shorter when the gradient is tiny."""
    moved = []
    unclipped = reuse(agent, random_rows(1), **other_settings(agent))
    clipped = make(agent, learners.random_batches(1), max_gradient_norm=1e-9)
    for learner, networks in (unclipped, clipped):
        before = learners.weights(networks)
        name = next(name for name in before if name.startswith("critic/") and name.endswith("hidden_0/w"))
        learner.step()
        moved.append(np.abs(learners.weights(networks)[name] - before[name]).max())
    assert moved[1] < 0.2 * moved[0]

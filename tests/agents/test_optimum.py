"""Every off-policy learner on a one-step problem whose best action is known."""

from collections.abc import Iterator

import numpy as np
import pytest

from tests.agents import learners
from walker_rl.policies.numpy_policy import NumpyPolicy
from walker_rl.types import Transition

BEST_ACTION = np.float32(0.3)
BATCH_SIZE, NUM_UPDATES = 64, 800


def one_step_episodes() -> Iterator[Transition]:
    """Random actions in random observations; reward -4 |a - 0.3|^2 / A, and the end."""
    generator = np.random.default_rng(0)
    while True:
        observation, next_observation = generator.normal(0, 0.1, (2, BATCH_SIZE, learners.OBSERVATION_SIZE))
        action = generator.uniform(-1, 1, (BATCH_SIZE, learners.ACTION_SIZE))
        reward = -4 * np.square(action - BEST_ACTION).mean(axis=-1)
        fields = (observation, action, reward, np.zeros(BATCH_SIZE), next_observation)
        yield Transition(*(array.astype(np.float32) for array in fields))


@pytest.mark.parametrize("agent", learners.OFF_POLICY)
def test_the_policy_finds_the_best_action(agent):
    settings = learners.facts(agent).OPTIMUM
    config = learners.make_config(agent, batch_size=BATCH_SIZE, critic_learning_rate=3e-3, **settings)
    networks = learners.make_networks(agent, config)
    learner = learners.make_learner(agent, config, networks, one_step_episodes())
    for _ in range(NUM_UPDATES):
        learner.step()
    policy = NumpyPolicy(networks.architecture)
    policy.update(*learner.get_variables(["policy"]))
    actions = policy.action(next(one_step_episodes()).observation)
    assert np.abs(actions - BEST_ACTION).mean() < 0.1

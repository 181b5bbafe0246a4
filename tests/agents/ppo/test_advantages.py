"""PPO's advantages, against a recursion by hand."""

import dataclasses

import numpy as np

from tests.agents.learners import ACTION_SIZE, OBSERVATION_SIZE
from tests.agents.ppo.made_rounds import SMALL, make
from walker_rl.agents.ppo.segment import Segment


def steps_by_hand(reward, discount, is_last, value, next_value, gae_lambda):
    """Advantages of one stretch, backwards from its end."""
    advantages, following = [], 0.0
    for t in reversed(range(len(reward))):
        delta = reward[t] + discount[t] * next_value[t] - value[t]
        following = delta + (0.0 if is_last[t] else discount[t] * gae_lambda * following)
        advantages.append(following)
    return advantages[::-1]


def test_advantages_are_those_of_episodes_that_end_in_every_way():
    """Terminated, truncated, and cut where the stretch ends; with the values of the networks as they are."""
    config = dataclasses.replace(SMALL, normalize_rewards=False, gae_lambda=0.8, num_environments=1, unroll_length=32)
    learner, _, networks = make(config)
    random = np.random.default_rng(0)
    observation, next_observation = random.normal(size=(2, 1, 32, OBSERVATION_SIZE)).astype(np.float32)
    reward = random.normal(size=(1, 32)).astype(np.float32)
    discount, is_last = np.full((1, 32), 0.9, np.float32), np.zeros((1, 32), np.float32)
    is_last[0, [9, 20]], discount[0, 9] = 1, 0.0
    action = random.normal(size=(1, 32, ACTION_SIZE)).astype(np.float32)
    log_density = random.normal(size=(1, 32)).astype(np.float32)
    segment = Segment(observation, action, next_observation, reward, discount, is_last, log_density, reward)
    (observations, actions, densities, advantages, targets), _ = learner._prepare(segment)
    value, next_value = (networks.critic(each[0]).numpy() for each in (observation, next_observation))
    expected = steps_by_hand(reward[0], discount[0], is_last[0], value, next_value, 0.8)
    np.testing.assert_allclose(advantages, expected, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(targets, expected + value, rtol=1e-4, atol=1e-5)
    for given, column in ((observation, observations), (action, actions), (log_density, densities)):
        np.testing.assert_array_equal(column, given[0])

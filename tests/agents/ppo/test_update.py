"""PPO's update against its equations in NumPy, from a round's statistics to Adam's steps."""

import dataclasses

import numpy as np
import pytest

from tests.agents import references
from tests.agents.learners import ACTION_SIZE, OBSERVATION_SIZE, SPEC, randomise
from tests.agents.ppo.made_rounds import packed
from tests.losses.densities import log_density
from walker_rl.agents.ppo.builder import Builder
from walker_rl.agents.ppo.config import Config
from walker_rl.agents.ppo.segment import Segment

SHAPE = (3, 12)
NUM_STEPS = 36
CONFIG = Config(
    **references.SMALL,
    num_environments=SHAPE[0],
    unroll_length=SHAPE[1],
    gae_lambda=0.8,
    clip=0.3,
    entropy_weight=0.1,
    stddev=None,
    adam_epsilon=1e-2,
)
"""Gradients are of the size of Adam's epsilon."""


def made_round(seed):
    """Segments whose episodes are terminated, truncated, and cut where a segment ends, of actions of N(0, 1)."""
    random = np.random.default_rng(seed)
    observation, next_observation = random.normal(3.0, 0.5, (2, *SHAPE, OBSERVATION_SIZE))
    action = random.normal(size=(*SHAPE, ACTION_SIZE))
    reward, return_so_far = random.normal(0.0, 2.0, (2, *SHAPE))
    discount, is_last = np.full(SHAPE, 0.9), np.zeros(SHAPE)
    is_last[0, 4], discount[0, 4] = 1.0, 0.0
    is_last[1, 7] = 1.0
    density = log_density(action, 0.0, np.ones(ACTION_SIZE))
    fields = (observation, action, next_observation, reward, discount, is_last, density, return_so_far)
    return Segment(*(field.astype(np.float32) for field in fields))


def advantages(reward, discount, is_last, value, next_value, gae_lambda):
    """Schulman et al. 2016, equation 16, of one segment, backwards from its end."""
    backwards, following = [], 0.0
    for t in reversed(range(len(reward))):
        delta = reward[t] + discount[t] * next_value[t] - value[t]
        following = delta + (0.0 if is_last[t] else discount[t] * gae_lambda * following)
        backwards.append(following)
    return backwards[::-1]


class Reference:
    """Schulman et al. 2017, Algorithm 1, after a round that primed the statistics."""

    def __init__(self, config, networks, primed):
        self.config, self.primed = config, primed
        self.policy, self.critic = references.doubles(networks.policy), references.doubles(networks.critic)
        norm, epsilon = config.max_gradient_norm, config.adam_epsilon
        self.optimizers = {
            "policy": references.Adam(self.policy, config.policy_learning_rate, norm, epsilon),
            "critic": references.Adam(self.critic, config.critic_learning_rate, norm, epsilon),
        }

    def normalised(self, observation):
        """By the statistics of the round before."""
        seen = self.primed.observation.reshape(-1, OBSERVATION_SIZE)
        return np.clip((observation - seen.mean(axis=0)) / seen.std(axis=0), -10, 10)

    def value(self, observation):
        """Of normalised observations."""
        return references.network(self.critic, observation, "value", self.config.activation)[..., 0]

    def learn(self, segments):
        """Learns from a round; returns the metrics."""
        scale = np.concatenate([self.primed.return_so_far, segments.return_so_far]).std()
        observation, next_observation = map(self.normalised, (segments.observation, segments.next_observation))
        value, next_value = self.value(observation), self.value(next_observation)
        rows = zip(segments.reward / scale, segments.discount, segments.is_last, value, next_value, strict=True)
        advantage = np.array([advantages(*row, self.config.gae_lambda) for row in rows])
        columns = (observation, segments.action, segments.log_density, advantage, advantage + value)
        columns = [column.reshape(NUM_STEPS, *column.shape[2:]) for column in columns]
        random, metrics = np.random.default_rng([references.SEED, 0]), []
        for _ in range(self.config.num_epochs):
            order = random.permutation(NUM_STEPS)
            for begin in range(0, NUM_STEPS - self.config.batch_size + 1, self.config.batch_size):
                chosen = order[begin : begin + self.config.batch_size]
                metrics.append(self.update(*(column[chosen] for column in columns)))
        return {
            **{name: np.mean([each[name] for each in metrics]) for name in metrics[0]},
            "q_mean": scale * value.mean(),
            "explained_variance": 1 - advantage.var() / (advantage + value).var(),
        }

    def update(self, observation, action, behaviour, advantage, target):
        """Learns from a minibatch."""
        clip, advantage = self.config.clip, (advantage - advantage.mean()) / advantage.std()

        def log_ratio():
            mean = references.network(self.policy, observation, "mean", self.config.activation)
            return log_density(action, mean, np.exp(self.policy["log_stddev"])) - behaviour

        def entropy():
            return np.sum(self.policy["log_stddev"] + np.log(2 * np.pi * np.e) / 2)

        def policy_loss():
            ratio = np.exp(log_ratio())
            surrogate = np.minimum(ratio * advantage, np.clip(ratio, 1 - clip, 1 + clip) * advantage)
            return -surrogate.mean() - self.config.entropy_weight * entropy()

        def critic_loss():
            return np.mean((target - self.value(observation)) ** 2) / 2

        ratio = np.exp(log_ratio())
        metrics = {
            "critic_loss": critic_loss(),
            "policy_loss": policy_loss(),
            "entropy": entropy(),
            "kl": np.mean(ratio - 1 - np.log(ratio)),
            "clipped_share": np.mean(np.abs(ratio - 1) > clip),
            "policy_stddev_mean": np.mean(np.exp(self.policy["log_stddev"])),
        }
        slopes = {
            "policy": references.gradient(policy_loss, self.policy),
            "critic": references.gradient(critic_loss, self.critic),
        }
        return metrics | {f"{name}_gradient_norm": self.optimizers[name].apply(slopes[name]) for name in slopes}


@pytest.mark.parametrize(("num_epochs", "batch_size"), [(1, NUM_STEPS), (2, 16)], ids=["whole round", "minibatches"])
def test_the_update_is_that_of_the_paper(num_epochs, batch_size):
    """Four steps of each epoch of two minibatches are left out."""
    config = dataclasses.replace(CONFIG, num_epochs=num_epochs, batch_size=batch_size)
    builder, primed, segments = Builder(config, SPEC), made_round(0), made_round(1)
    segments.observation[0, 0] = 100.0  # beyond the bounds of what is normalised
    networks = builder.make_networks(0)
    randomise(networks)
    dataset = (packed(config, each) for each in (primed, segments))
    learner = builder.make_learner(networks, dataset, references.SEED)
    learner.step()
    reference = Reference(config, networks, Segment(*(field.astype(np.float64) for field in primed)))
    expected = reference.learn(Segment(*(field.astype(np.float64) for field in segments)))
    metrics = learner.step()
    references.assert_same_metrics(metrics, expected)
    assert 0.1 < metrics["clipped_share"] < 0.9
    assert metrics["policy_gradient_norm"] > config.max_gradient_norm
    references.assert_agrees(learner.save(), reference.optimizers, {})

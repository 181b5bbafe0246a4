"""A small PPO learner, and rounds that its own policy plays."""

import numpy as np

from tests.agents.learners import OBSERVATION_SIZE, SPEC
from walker_rl.agents.ppo.acting import DensityPolicy
from walker_rl.agents.ppo.builder import Builder
from walker_rl.agents.ppo.config import Config
from walker_rl.agents.ppo.segment import Segment

BEST_ACTION = np.float32(0.3)
SMALL = Config(
    num_environments=4,
    unroll_length=32,
    batch_size=32,
    num_epochs=4,
    policy_learning_rate=3e-4,
    critic_learning_rate=3e-4,
    policy_hidden_sizes=(32, 24),
    critic_hidden_sizes=(32, 24),
    stddev=None,
)


class Play:
    """Segments of one-step episodes with reward -4 |a - 0.3|^2 / A, played by the learner's own policy."""

    def __init__(self, config, offset=0.0, reward_scale=4.0):
        self._config = config
        self._offset, self._reward_scale = offset, reward_scale
        self.learner = None
        self.number = 0
        self.played = []

    def __iter__(self):
        return self

    def __next__(self):
        random = np.random.default_rng(self.number)
        policy = DensityPolicy(Builder(self._config, SPEC).architecture, seed=self.number, correlation=0.0)
        policy.update(*self.learner.get_variables(["policy"]))
        self.number += 1
        shape = (self._config.num_environments, self._config.unroll_length)
        observation, next_observation = random.normal(self._offset, 0.1, (2, *shape, OBSERVATION_SIZE))
        samples = [[policy.sample(each) for each in row] for row in observation.astype(np.float32)]
        action = np.array([[sample for sample, _ in row] for row in samples], np.float32)
        log_density = np.array([[density for _, density in row] for row in samples], np.float32)
        reward = -self._reward_scale * np.square(action - BEST_ACTION).mean(axis=-1)
        fields = (observation, action, next_observation, reward, np.zeros(shape), np.ones(shape), log_density, reward)
        self.played.append(Segment(*(np.asarray(field, np.float32) for field in fields)))
        return self.played[-1]


def packed(config, segments):
    """Segments as rows `[N, row_size]`."""
    layout = Builder(config, SPEC).layout
    rows = np.empty((len(segments.reward), layout.row_size), np.float32)
    layout.pack(segments, rows)
    return rows


def make(config=SMALL, seed=0, **play):
    builder, source = Builder(config, SPEC), Play(config, **play)
    networks = builder.make_networks(0)
    source.learner = builder.make_learner(networks, (packed(config, segments) for segments in source), seed)
    return source.learner, source, networks


def make_primed(config=SMALL, **play):
    learner, source, networks = make(config, **play)
    learner.step()
    return learner, source, networks

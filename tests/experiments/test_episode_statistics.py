"""Sums over an episode, on the real task."""

import json

import numpy as np
import pytest

from walker_rl.environments import make_environment
from walker_rl.experiments.episode_statistics import EpisodeStatistics


def test_the_parts_of_the_reward_sum_to_the_return():
    environment = make_environment("Walker2DBulletEnv-v0", seed=0)
    statistics, rewards = EpisodeStatistics(), []
    timestep = environment.reset()
    while not timestep.last():
        timestep = environment.step(np.full(6, 0.3, np.float32))
        statistics.add(timestep, environment.reward_parts)
        rewards.append(float(timestep.reward))
    environment.close()
    row = statistics.row()
    assert list(row)[:2] == ["episode_return", "episode_length"]
    assert row["episode_length"] == len(rewards)
    assert row["episode_return"] == pytest.approx(sum(rewards))
    parts = {name: value for name, value in row.items() if name.startswith("return_")}
    assert {"return_alive", "return_progress", "return_electricity"} <= parts.keys()
    assert sum(parts.values()) == pytest.approx(row["episode_return"], abs=1e-3)


def test_saved_as_json_it_goes_on_alike():
    environment = make_environment("Pendulum-v1", seed=0)
    straight = restored = EpisodeStatistics()
    environment.reset()
    for step in range(20):
        if step == 7:
            restored = EpisodeStatistics(**json.loads(json.dumps(straight.save())))
        timestep = environment.step(np.ones(1, np.float32))
        straight.add(timestep, environment.reward_parts)
        if step >= 7:
            restored.add(timestep, environment.reward_parts)
    assert restored.row() == straight.row()
    assert straight.row()["episode_length"] == 20


def test_what_was_saved_does_not_change():
    environment = make_environment("Pendulum-v1", seed=0)
    environment.reset()
    statistics = EpisodeStatistics()
    for _ in range(2):
        statistics.add(environment.step(np.ones(1, np.float32)), environment.reward_parts)
        state = json.dumps(saved := statistics.save())
        statistics.add(environment.step(np.ones(1, np.float32)), environment.reward_parts)
        assert json.dumps(saved) == state

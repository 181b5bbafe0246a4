"""Plays an SBX policy saved by `peer_curve`, and prints JSON with keys of `walker-rl evaluate --json`.

`.venv-peers/bin/python -m benchmarks.contestants.peer_policy TD3 FOLDER/last.zip --episodes 100`.
"""

import argparse
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import gymnasium as gym
import pybullet_envs_gymnasium  # noqa: F401  (registers the tasks)
import sbx

from benchmarks.conditions import TASK

FIRST_EPISODE = 2_000
"""Seed of the first episode; those of the following ones count up."""


def play(model: Any, environment: gym.Env, seeds: Iterable[int]) -> tuple[list[float], list[int]]:
    """Plays one episode from each seed with the deterministic policy; returns their returns and lengths."""
    returns, lengths = [], []
    for seed in seeds:
        observation, _ = environment.reset(seed=seed)
        over, episode_return, length = False, 0.0, 0
        while not over:
            action, _ = model.predict(observation, deterministic=True)
            observation, reward, terminated, truncated, _ = environment.step(action)
            episode_return += float(reward)
            length += 1
            over = terminated or truncated
        returns.append(episode_return)
        lengths.append(length)
    return returns, lengths


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("algorithm")
    parser.add_argument("policy", type=Path)
    parser.add_argument("--episodes", type=int, default=10)
    arguments = parser.parse_args()
    model = getattr(sbx, arguments.algorithm).load(arguments.policy)
    seeds = range(FIRST_EPISODE, FIRST_EPISODE + arguments.episodes)
    returns, lengths = play(model, gym.make(TASK), seeds)
    print(json.dumps({"episode_returns": returns, "episode_lengths": lengths}))


if __name__ == "__main__":
    main()

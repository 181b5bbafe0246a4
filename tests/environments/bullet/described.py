"""The tasks that a package registers in gym, as they are when they are made: `python described.py PACKAGE`."""

import dataclasses
import json
import sys

import numpy as np

from walker_rl.environments.bullet.registry import make_gym_environment, registered
from walker_rl.environments.bullet.tasks import PACKAGES
from walker_rl.environments.simulation import Task


def described(package: str) -> dict[str, dict]:
    """Fields of each `Task` by its name."""
    return {name: describe(package, spec) for name, spec in registered(package).items()}


def describe(package: str, spec) -> dict:
    environment = make_gym_environment(PACKAGES[package][spec.id])
    np.testing.assert_array_equal(environment.action_space.low, -1.0)
    np.testing.assert_array_equal(environment.action_space.high, 1.0)
    task = Task(
        name=spec.id,
        kind="locomotion" if "locomotion" in spec.entry_point else "pendulum",
        max_episode_steps=spec.max_episode_steps,
        observation_size=environment.observation_space.shape[0],
        action_size=environment.action_space.shape[0],
        reward_threshold=spec.reward_threshold,
    )
    return dataclasses.asdict(task)


def table(package: str) -> dict[str, dict]:
    """The same of the table in the family."""
    return {name: dataclasses.asdict(task) for name, task in PACKAGES[package].items()}


if __name__ == "__main__":
    print(json.dumps(described(sys.argv[1])))

"""Episodes of an environment under simple actions."""

import dataclasses
from collections.abc import Callable

import numpy as np

from walker_rl.environments.environment import Environment

PERIOD = 40
"""Steps per cycle of the sinusoidal actions."""

Actions = Callable[[int], np.ndarray]
"""A function from the step of an episode to an action `[A]`."""


@dataclasses.dataclass(frozen=True)
class Trace:
    """One episode, or its beginning.

    Attributes:
        seconds: simulated time after each step, `[T]`.
        observations: observations after each step, `[T, O]`.
        reward_parts: parts of each step's reward, `[T]` by name.
    """

    seconds: np.ndarray
    observations: np.ndarray
    reward_parts: dict[str, np.ndarray]

    @property
    def episode_return(self) -> float:
        """Undiscounted sum of the rewards."""
        return float(sum(part.sum() for part in self.reward_parts.values()))


def simple_actions(action_size: int, seed: int) -> dict[str, Actions]:
    """Constant, sinusoidal and random actions; in sinusoidal ones the halves are half a cycle apart."""
    random = np.random.default_rng(seed)
    shift = np.where(np.arange(action_size) < action_size / 2, 0.0, 0.5)
    return {
        "constant": lambda _: np.full(action_size, 0.5, np.float32),
        "sinusoidal": lambda step: (0.5 * np.sin(2 * np.pi * (step / PERIOD + shift))).astype(np.float32),
        "random": lambda _: random.uniform(-1, 1, action_size).astype(np.float32),
    }


def record(environment: Environment, actions: Actions, episode_seed: int, max_steps: int) -> Trace:
    """Plays a seed's episode with the actions, to its end or for `max_steps`."""
    timestep = environment.reset(episode_seed)
    observations: list[np.ndarray] = []
    rewards: list[dict[str, float]] = []
    while not timestep.last() and len(observations) < max_steps:
        timestep = environment.step(actions(len(observations)))
        observations.append(timestep.observation)
        rewards.append(environment.reward_parts)
    seconds = environment.frame_seconds * np.arange(1, len(observations) + 1)
    return Trace(
        seconds, np.array(observations), {name: np.array([row[name] for row in rewards]) for name in rewards[0]}
    )

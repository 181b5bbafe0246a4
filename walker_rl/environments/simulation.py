"""The contract between a family of environments and `Environment`, which plays its tasks."""

import dataclasses
from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol

import numpy as np

from walker_rl.environments.dimensions import Dimensions
from walker_rl.errors import RunError
from walker_rl.types import Metrics

Arguments = Mapping[str, Any]
"""Arguments of a task's constructor by name: numbers, strings, booleans, and lists and mappings of these."""

MAX_REWARD = float(np.finfo(np.float32).max)


@dataclasses.dataclass(frozen=True)
class Task:
    """A task, described before it is simulated.

    Attributes:
        name: name, unique among all families, as in `Walker2DBulletEnv-v0`.
        kind: kind of task, as in "locomotion" or "pendulum".
        max_episode_steps: environment steps after which an episode is truncated.
        observation_size: O of observations `[O]`.
        action_size: A of actions `[A]`.
        reward_threshold: return that the task's authors call solved; None if they name none.
        arguments: arguments that the task is constructed with.
        must_repeat: False for third-party code, whose episodes may not be functions of their seeds and actions.
        family: name of the task's family, which the catalogue fills in.
    """

    name: str
    kind: str
    max_episode_steps: int
    observation_size: int
    action_size: int
    reward_threshold: float | None
    arguments: Arguments = dataclasses.field(default_factory=dict, hash=False)
    must_repeat: bool = True
    family: str = ""


class Outcome(NamedTuple):
    """Result of one action.

    Attributes:
        observation: next observation, `[O]`.
        reward: reward of this step.
        terminated: True at the task's own end, as in a fall, after which the value is 0.
        truncated: True if the simulator itself truncates; `Environment` enforces the limit of `Task`.
    """

    observation: np.ndarray
    reward: float
    terminated: bool
    truncated: bool = False


class Simulation(Protocol):
    """One task, simulated.

    An episode must be a function of its seed and actions, bit for bit, unless the task says that it may not be:
    `Environment` restores one by playing it again.
    """

    @property
    def dimensions(self) -> Dimensions:
        """Meaning of each number of an observation and of an action."""

    @property
    def frame_seconds(self) -> float:
        """Simulated seconds in one step."""

    @property
    def reward_parts(self) -> Metrics:
        """Parts of the last step's reward by name, which sum to it; empty if the reward has no parts."""

    def reset(self, seed: int) -> np.ndarray:
        """Starts the episode of a seed, whatever came before; returns its first observation `[O]`."""

    def step(self, action: np.ndarray) -> Outcome:
        """Applies an action `[A]`, float32, finite and in [-1, 1]; never called after the end of an episode."""

    def render(self, width: int, height: int) -> np.ndarray:
        """A picture of the current state, uint8 `[height, width, 3]`; does not change the simulation."""

    def close(self) -> None:
        """Ends the simulation; may be called again."""


def check_finite(observation: np.ndarray, reward: float = 0.0) -> None:
    """Checks the numbers that a simulation returned.

    Args:
        observation: the observation as float32, `[O]`.
        reward: the reward as the simulation returned it.

    Raises:
        RunError: if a number is not finite as float32.
    """
    if not abs(reward) <= MAX_REWARD:  # Also true for NaN.
        raise RunError("the environment returned a reward that is not finite")
    if not np.isfinite(observation).all():
        raise RunError("the environment returned an observation that is not finite")

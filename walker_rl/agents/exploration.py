"""Noise that explores: added to the actions of a deterministic policy, or behind the samples of a stochastic one."""

from typing import Protocol

import numpy as np

from walker_rl.types import State


class Noise(Protocol):
    """A random process that a policy scales to action units, one sample per environment step."""

    def reset(self) -> None:
        """Begins an episode."""

    def sample(self) -> np.ndarray:
        """The next sample, float32 `[A]`."""

    def save(self) -> State:
        """The state of the process and of its random numbers."""

    def restore(self, state: State) -> None:
        """Goes on from what `save` returned."""


class GaussianNoise:
    """Independent samples of N(0, 1)."""

    def __init__(self, action_size: int, seed: int):
        """Makes white noise."""
        self._action_size = action_size
        self._random = np.random.default_rng(seed)

    def reset(self) -> None:
        """Nothing carries over between steps."""

    def sample(self) -> np.ndarray:
        """The next sample, float32 `[A]`."""
        return self._random.standard_normal(self._action_size).astype(np.float32)

    def save(self) -> State:
        """The state of the random numbers."""
        return {"random": self._random.bit_generator.state}

    def restore(self, state: State) -> None:
        """Goes on from what `save` returned."""
        self._random.bit_generator.state = state["random"]


class OrnsteinUhlenbeckNoise:
    """Noise correlated in time: `x <- x - theta x + N(0, 1)`, from 0 at each episode's start.

    (Uhlenbeck and Ornstein 1930; as in Lillicrap et al. 2016, section 7, with a time step of 1.)
    """

    def __init__(self, action_size: int, theta: float, seed: int):
        """Makes a process that is pulled to zero by `theta` per step."""
        self._theta = theta
        self._level = np.zeros(action_size)
        self._random = np.random.default_rng(seed)

    def reset(self) -> None:
        """Returns to zero."""
        self._level = np.zeros_like(self._level)

    def sample(self) -> np.ndarray:
        """The next sample, float32 `[A]`."""
        self._level = (1 - self._theta) * self._level + self._random.standard_normal(self._level.shape)
        return self._level.astype(np.float32)

    def save(self) -> State:
        """The level and the state of the random numbers."""
        return {"level": self._level, "random": self._random.bit_generator.state}

    def restore(self, state: State) -> None:
        """Goes on from what `save` returned."""
        self._level = state["level"]
        self._random.bit_generator.state = state["random"]


class UnitNoise:
    """Noise of N(0, 1) at every step: `x <- correlation x + sqrt(1 - correlation^2) N(0, 1)`."""

    def __init__(self, action_size: int, correlation: float, seed: int):
        """Makes noise whose samples have `correlation` with the next ones of their episode; 0: white."""
        self._correlation = correlation
        self._random = np.random.default_rng(seed)
        self._level = np.zeros(action_size)
        self.reset()

    def reset(self) -> None:
        """Draws a level that has nothing to do with the last episode's."""
        if self._correlation:
            self._level = self._random.standard_normal(self._level.shape)

    def sample(self) -> np.ndarray:
        """The next sample, float32 `[A]`."""
        fresh = self._random.standard_normal(self._level.shape)
        self._level = self._correlation * self._level + np.sqrt(1 - self._correlation**2) * fresh
        return self._level.astype(np.float32)

    def save(self) -> State:
        """The level and the state of the random numbers."""
        return {"level": self._level, "random": self._random.bit_generator.state}

    def restore(self, state: State) -> None:
        """Goes on from what `save` returned."""
        self._level = state["level"]
        self._random.bit_generator.state = state["random"]

"""Exploration noise, added to a deterministic policy's actions or behind a stochastic policy's samples."""

import numpy as np

from walker_rl.types import State


class GaussianNoise:
    """Independent samples of N(0, 1), one for each environment step; a policy scales them to action units."""

    def __init__(self, action_size: int, seed: int):
        """Makes noise with random numbers from `seed`."""
        self._action_size = action_size
        self._random = np.random.default_rng(seed)

    def reset(self) -> None:
        """Begins an episode."""

    def sample(self) -> np.ndarray:
        """The next sample, float32 `[A]`."""
        return self._standard_normal().astype(np.float32)

    def save(self) -> State:
        """The state of the random numbers."""
        return {"random": self._random.bit_generator.state}

    def restore(self, state: State) -> None:
        """Restores the state that `save` returned."""
        self._random.bit_generator.state = state["random"]

    def _standard_normal(self) -> np.ndarray:
        return self._random.standard_normal(self._action_size)


class CorrelatedNoise(GaussianNoise):
    """Autoregressive noise: `x <- memory x + scale N(0, 1)`, from 0 at each episode's start."""

    def __init__(self, action_size: int, memory: float, scale: float, seed: int):
        """Makes noise at level zero."""
        super().__init__(action_size, seed)
        self._memory = memory
        self._scale = scale
        self._level = np.zeros(action_size)

    def reset(self) -> None:
        """Begins an episode at level zero."""
        self._level = np.zeros_like(self._level)

    def sample(self) -> np.ndarray:
        """The next sample, float32 `[A]`."""
        self._level = self._memory * self._level + self._scale * self._standard_normal()
        return self._level.astype(np.float32)

    def save(self) -> State:
        """The level and the state of the random numbers."""
        return {"level": self._level, **super().save()}

    def restore(self, state: State) -> None:
        """Restores the state that `save` returned."""
        super().restore(state)
        self._level = state["level"]


class OrnsteinUhlenbeckNoise(CorrelatedNoise):
    """Noise that is pulled to zero by `theta` per step: `x <- x - theta x + N(0, 1)`.

    (Uhlenbeck and Ornstein 1930; as in Lillicrap et al. 2016, section 7, with a time step of 1.)
    """

    def __init__(self, action_size: int, theta: float, seed: int):
        """Makes noise at level zero."""
        super().__init__(action_size, 1 - theta, 1.0, seed)


class UnitNoise(CorrelatedNoise):
    """Noise with marginal distribution N(0, 1): `x <- correlation x + sqrt(1 - correlation^2) N(0, 1)`."""

    def __init__(self, action_size: int, correlation: float, seed: int):
        """Makes noise with autocorrelation `correlation` between consecutive steps of an episode; 0: white."""
        super().__init__(action_size, correlation, np.sqrt(1 - correlation**2), seed)
        self.reset()

    def reset(self) -> None:
        """Draws a level independent of the last episode's."""
        if self._memory:
            self._level = self._standard_normal()

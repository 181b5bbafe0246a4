"""Policy heads in NumPy by name; `networks/heads.py` has the same in Sonnet."""

import abc
import math
from typing import ClassVar

import numpy as np

from walker_rl.types import Variables

MIN_STDDEV = np.float32(1e-6)

LOG_SQRT_2PI = 0.5 * math.log(2 * math.pi)
"""Minus the logarithm of the standard normal density at 0."""

MIN_LOG_STDDEV, MAX_LOG_STDDEV = np.float32(-20), np.float32(2)
"""Bounds of the squashed Gaussian's log stddev, as in the code of Haarnoja et al. 2018."""


class Head(abc.ABC):
    """Linear layers that map a torso's output to an action or a Gaussian.

    Attributes:
        layers: names of the linear layers; the first gives the mean.
        squashes: True if `bounded` is tanh, False if it clips.
    """

    layers: ClassVar[tuple[str, ...]] = ("mean",)
    squashes: ClassVar[bool]

    def __init__(self, init_stddev: float) -> None:
        """Stores the standard deviation of a Gaussian whose layer outputs 0."""
        self._init_stddev = init_stddev

    def variable_shapes(self, input_size: int, action_size: int) -> dict[str, tuple[int, ...]]:
        """Shape of every weight by its structural name, for a torso's output of `input_size`."""
        shapes: dict[str, tuple[int, ...]] = {}
        for name in self.layers:
            shapes |= {f"{name}/w": (input_size, action_size), f"{name}/b": (action_size,)}
        return shapes

    @abc.abstractmethod
    def bounded(self, value: np.ndarray) -> np.ndarray:
        """Maps a mean, or a sample of `distribution`, to an action in [-1, 1]."""

    @abc.abstractmethod
    def distribution(self, outputs: list[np.ndarray], weights: Variables) -> tuple[np.ndarray, np.ndarray]:
        """Mean and standard deviation before `bounded`, both `[..., A]`, from the outputs of `layers` and all weights.

        Raises:
            ValueError: if the head is deterministic.
        """


class _TanhHead(Head):
    """The action `tanh(mean)`."""

    squashes = True

    def bounded(self, value: np.ndarray) -> np.ndarray:
        return np.tanh(value)

    def distribution(self, outputs: list[np.ndarray], weights: Variables) -> tuple[np.ndarray, np.ndarray]:
        raise ValueError("a policy with head 'tanh' has no distribution")


class _GaussianHead(Head):
    """A standard deviation of `init_stddev / log 2 * softplus(stddev)`; actions are clipped."""

    layers: ClassVar[tuple[str, ...]] = ("mean", "stddev")
    squashes = False

    def bounded(self, value: np.ndarray) -> np.ndarray:
        return np.minimum(np.maximum(value, np.float32(-1)), np.float32(1))

    def distribution(self, outputs: list[np.ndarray], weights: Variables) -> tuple[np.ndarray, np.ndarray]:
        mean, stddev = outputs
        scale = np.float32(self._init_stddev / math.log(2))
        return mean, scale * np.logaddexp(stddev, np.float32(0)) + MIN_STDDEV


class _TanhGaussianHead(_TanhHead):
    """A standard deviation of `init_stddev exp(stddev)` within bounds; tanh squashes the actions."""

    layers = ("mean", "stddev")

    def distribution(self, outputs: list[np.ndarray], weights: Variables) -> tuple[np.ndarray, np.ndarray]:
        mean, stddev = outputs
        log_stddev = stddev + np.float32(math.log(self._init_stddev))
        return mean, np.exp(np.minimum(np.maximum(log_stddev, MIN_LOG_STDDEV), MAX_LOG_STDDEV))


class _ConstantGaussianHead(_GaussianHead):
    """A standard deviation of `exp(log_stddev)`, a separate weight, in all states; actions are clipped."""

    layers = ("mean",)

    def variable_shapes(self, input_size: int, action_size: int) -> dict[str, tuple[int, ...]]:
        return {**super().variable_shapes(input_size, action_size), "log_stddev": (action_size,)}

    def distribution(self, outputs: list[np.ndarray], weights: Variables) -> tuple[np.ndarray, np.ndarray]:
        (mean,) = outputs
        return mean, np.broadcast_to(np.exp(weights["log_stddev"]), mean.shape)


HEADS: dict[str, type[Head]] = {
    "tanh": _TanhHead,
    "gaussian": _GaussianHead,
    "tanh_gaussian": _TanhGaussianHead,
    "constant_gaussian": _ConstantGaussianHead,
}

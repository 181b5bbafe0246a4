"""A policy evaluated in NumPy: what actors and the evaluator call at each step of the environment."""

import math
from collections.abc import Callable

import numpy as np

from walker_rl.errors import RunError
from walker_rl.policies.architecture import PolicyArchitecture
from walker_rl.types import Variables

# As in the Sonnet modules; a test compares the two.
_LAYER_NORM_EPSILON = np.float32(1e-5)
_MIN_STDDEV = np.float32(1e-6)
_MAX_NORMALIZED = np.float32(10)
_MIN_LOG_STDDEV, _MAX_LOG_STDDEV = np.float32(-20), np.float32(2)


class NumpyPolicy:
    """The same function as `PolicyNetwork` with the same weights, within 1e-6, and without TensorFlow.

    The weights are zero until the first `update`.
    """

    def __init__(self, architecture: PolicyArchitecture) -> None:
        """Takes the shape of the policy; `update` brings its weights."""
        self._architecture = architecture
        self._activation = _ACTIVATIONS[architecture.activation]
        self.update({name: np.zeros(shape) for name, shape in architecture.variable_shapes().items()})

    def update(self, variables: Variables) -> None:
        """Takes a copy of new weights, all at once.

        Args:
            variables: weights by the names of `PolicyArchitecture.variable_shapes`.

        Raises:
            ValueError: if a weight is missing, unknown or of another shape; the policy stays as it was.
        """
        shapes = self._architecture.variable_shapes()
        for name in sorted(shapes.keys() ^ variables.keys()):
            raise ValueError(f"policy weight {name!r} is {'missing' if name in shapes else 'unknown'}")
        for name, shape in shapes.items():
            if np.shape(variables[name]) != shape:
                raise ValueError(f"policy weight {name!r} has shape {np.shape(variables[name])}, not {shape}")
        self._weights = {name: np.array(variables[name], np.float32) for name in shapes}

    def begin_episode(self, step: int = 0) -> None:
        """Does nothing: the action depends on the observation alone."""

    def action(self, observation: np.ndarray) -> np.ndarray:
        """The deterministic action: the tanh of the mean, or the gaussian head's mean clipped to [-1, 1].

        Args:
            observation: `[O]` or `[B, O]`.

        Returns:
            float32 `[A]` or `[B, A]`.

        Raises:
            RunError: if a number in it is not finite.
        """
        (mean,) = self._outputs(observation, "mean")
        return self.bounded(mean)

    def bounded(self, value: np.ndarray) -> np.ndarray:
        """The action in [-1, 1] that a mean, or a sample of `distribution`, stands for."""
        if self._architecture.head in ("gaussian", "constant_gaussian"):
            return np.minimum(np.maximum(value, np.float32(-1)), np.float32(1))
        return np.tanh(value)

    def distribution(self, observation: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Mean and standard deviation of a Gaussian head before `bounded`, both as `action` in shape.

        Raises:
            ValueError: if the head is deterministic.
            RunError: if a number in it is not finite.
        """
        if self._architecture.head == "tanh":
            raise ValueError(f"a policy with head {self._architecture.head!r} has no distribution")
        if self._architecture.head == "constant_gaussian":
            (mean,) = self._outputs(observation, "mean")
            return mean, np.broadcast_to(np.exp(self._weights["log_stddev"]), mean.shape)
        mean, stddev = self._outputs(observation, "mean", "stddev")
        init_stddev = self._architecture.init_stddev
        if self._architecture.head == "tanh_gaussian":
            log_stddev = stddev + np.float32(math.log(init_stddev))
            return mean, np.exp(np.minimum(np.maximum(log_stddev, _MIN_LOG_STDDEV), _MAX_LOG_STDDEV))
        return mean, np.float32(init_stddev / math.log(2)) * np.logaddexp(stddev, np.float32(0)) + _MIN_STDDEV

    def _outputs(self, observation: np.ndarray, *names: str) -> list[np.ndarray]:
        """The linear outputs called `names`."""
        with np.errstate(over="ignore", invalid="ignore"):  # What overflows is told of once, and below.
            hidden = self._hidden(observation)
            outputs = [self._linear(name, hidden) for name in names]
        if not all(np.isfinite(output).all() for output in outputs):
            raise RunError("the policy's output is not finite")
        return outputs

    def _hidden(self, observation: np.ndarray) -> np.ndarray:
        outputs = np.asarray(observation, np.float32)
        if self._architecture.normalize:
            outputs = (outputs - self._weights["normalizer/mean"]) * self._weights["normalizer/scale"]
            outputs = np.minimum(np.maximum(outputs, -_MAX_NORMALIZED), _MAX_NORMALIZED)
        for index in range(len(self._architecture.hidden_sizes)):
            outputs = self._linear(f"hidden_{index}", outputs)
            if index == 0 and self._architecture.layer_norm:
                outputs = np.tanh(self._layer_norm(outputs))
            else:
                outputs = self._activation(outputs)
        return outputs

    def _linear(self, name: str, inputs: np.ndarray) -> np.ndarray:
        return inputs @ self._weights[f"{name}/w"] + self._weights[f"{name}/b"]

    def _layer_norm(self, inputs: np.ndarray) -> np.ndarray:
        size = np.float32(inputs.shape[-1])
        centred = inputs - np.add.reduce(inputs, axis=-1, keepdims=True) / size
        variance = np.add.reduce(centred * centred, axis=-1, keepdims=True) / size
        normalised = centred / np.sqrt(variance + _LAYER_NORM_EPSILON)
        return normalised * self._weights["layer_norm/scale"] + self._weights["layer_norm/offset"]


def _elu(inputs: np.ndarray) -> np.ndarray:
    return np.where(inputs > 0, inputs, np.expm1(np.minimum(inputs, np.float32(0))))


def _relu(inputs: np.ndarray) -> np.ndarray:
    return np.maximum(inputs, np.float32(0))


_ACTIVATIONS: dict[str, Callable[[np.ndarray], np.ndarray]] = {"elu": _elu, "relu": _relu, "tanh": np.tanh}

"""Hidden layers of policies and critics: their shape as data, and their evaluation in NumPy."""

import dataclasses
import itertools
from collections.abc import Callable

import numpy as np

from walker_rl.policies.activations import ACTIVATIONS
from walker_rl.types import Variables

LAYER_NORM_EPSILON = np.float32(1e-5)

_FUNCTIONS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "elu": lambda inputs: np.where(inputs > 0, inputs, np.expm1(np.minimum(inputs, np.float32(0)))),
    "relu": lambda inputs: np.maximum(inputs, np.float32(0)),
    "tanh": np.tanh,
}
"""The activations, of arrays of any shape."""


@dataclasses.dataclass(frozen=True)
class TorsoSpec:
    """The shape of a torso.

    Attributes:
        hidden_sizes: units of each hidden layer, at least one layer.
        layer_norm: True if LayerNorm and tanh follow the first hidden layer, instead of `activation`.
        activation: name of the activation after the other hidden layers, one of `ACTIVATIONS`.

    Raises:
        ValueError: if the activation is unknown, there is no hidden layer, or one has no units.
    """

    hidden_sizes: tuple[int, ...]
    layer_norm: bool
    activation: str

    def __post_init__(self) -> None:
        """Checks the fields."""
        if self.activation not in ACTIVATIONS:
            raise ValueError(f"activation = {self.activation!r}: must be one of {', '.join(ACTIVATIONS)}")
        if not self.hidden_sizes:
            raise ValueError("hidden_sizes = (): must have at least one layer")
        if min(self.hidden_sizes) < 1:
            raise ValueError(f"hidden_sizes = {self.hidden_sizes}: must be at least 1")

    @property
    def output_size(self) -> int:
        """Units of the last layer."""
        return self.hidden_sizes[-1]

    def variable_shapes(self, input_size: int) -> dict[str, tuple[int, ...]]:
        """Shape of every weight by its structural name, in the order of evaluation."""
        shapes: dict[str, tuple[int, ...]] = {}
        for index, (inputs, size) in enumerate(itertools.pairwise((input_size, *self.hidden_sizes))):
            shapes[f"hidden_{index}/w"] = (inputs, size)
            shapes[f"hidden_{index}/b"] = (size,)
            if index == 0 and self.layer_norm:
                shapes["layer_norm/scale"] = shapes["layer_norm/offset"] = (size,)
        return shapes


class NumpyTorso:
    """Evaluates the same function as `networks.torso.Torso`, without TensorFlow."""

    def __init__(self, spec: TorsoSpec) -> None:
        """Stores the shape; each call takes the weights."""
        self._spec = spec
        self._activation = _FUNCTIONS[spec.activation]

    def __call__(self, weights: Variables, inputs: np.ndarray) -> np.ndarray:
        """Maps `[..., inputs]` to `[..., output_size]` with `weights` by the names of `TorsoSpec.variable_shapes`."""
        outputs = inputs
        for index in range(len(self._spec.hidden_sizes)):
            outputs = linear(weights, f"hidden_{index}", outputs)
            if index == 0 and self._spec.layer_norm:
                outputs = np.tanh(_layer_norm(weights, outputs))
            else:
                outputs = self._activation(outputs)
        return outputs


def linear(weights: Variables, name: str, inputs: np.ndarray) -> np.ndarray:
    """Applies the linear layer called `name` to `[..., inputs]`."""
    return inputs @ weights[f"{name}/w"] + weights[f"{name}/b"]


def _layer_norm(weights: Variables, inputs: np.ndarray) -> np.ndarray:
    size = np.float32(inputs.shape[-1])
    centred = inputs - np.add.reduce(inputs, axis=-1, keepdims=True) / size
    variance = np.add.reduce(centred * centred, axis=-1, keepdims=True) / size
    normalised = centred / np.sqrt(variance + LAYER_NORM_EPSILON)
    return normalised * weights["layer_norm/scale"] + weights["layer_norm/offset"]

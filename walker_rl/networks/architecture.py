"""The shape of a policy network as data: enough to rebuild it anywhere, without TensorFlow."""

import dataclasses
import math
from typing import Any

import numpy as np

from walker_rl.types import Variables

ACTIVATIONS = ("elu", "relu", "tanh")
HEADS = ("tanh", "gaussian")


@dataclasses.dataclass(frozen=True)
class PolicyArchitecture:
    """What is needed beside the weights to evaluate a policy.

    Attributes:
        observation_size: `O`.
        action_size: `A`.
        hidden_sizes: units of each hidden layer; at least one layer.
        layer_norm: whether the first hidden layer is followed by LayerNorm and tanh instead of `activation`.
        activation: one of `ACTIVATIONS`, after the other hidden layers.
        head: "tanh" for a deterministic action in [-1, 1], "gaussian" for a mean and a standard deviation.
        init_stddev: standard deviation of the gaussian head where its layer gives 0, in action units.

    Raises:
        ValueError: if a name is unknown or there is no hidden layer.
    """

    observation_size: int
    action_size: int
    hidden_sizes: tuple[int, ...]
    layer_norm: bool
    activation: str
    head: str
    init_stddev: float = 0.7

    def __post_init__(self) -> None:
        """Checks the names."""
        if self.activation not in ACTIVATIONS:
            raise ValueError(f"activation = {self.activation!r}: must be one of {', '.join(ACTIVATIONS)}")
        if self.head not in HEADS:
            raise ValueError(f"head = {self.head!r}: must be one of {', '.join(HEADS)}")
        if not self.hidden_sizes:
            raise ValueError("hidden_sizes = (): must have at least one layer")

    @property
    def output_names(self) -> tuple[str, ...]:
        """The head's linear layers: `mean`, or `mean` and `stddev`; the tanh head's is called `mean` too."""
        return ("mean", "stddev") if self.head == "gaussian" else ("mean",)

    def variable_shapes(self) -> dict[str, tuple[int, ...]]:
        """Shape of every weight by its structural name, in the order of evaluation."""
        shapes: dict[str, tuple[int, ...]] = {}
        input_size = self.observation_size
        for index, size in enumerate(self.hidden_sizes):
            shapes[f"hidden_{index}/w"] = (input_size, size)
            shapes[f"hidden_{index}/b"] = (size,)
            if index == 0 and self.layer_norm:
                shapes["layer_norm/scale"] = shapes["layer_norm/offset"] = (size,)
            input_size = size
        for name in self.output_names:
            shapes[f"{name}/w"] = (input_size, self.action_size)
            shapes[f"{name}/b"] = (self.action_size,)
        return shapes

    def split_weights(self, vector: np.ndarray) -> Variables:
        """Views of all weights, which `vector` holds one after the other as in `variable_shapes`, by name."""
        variables, begin = {}, 0
        for name, shape in self.variable_shapes().items():
            end = begin + math.prod(shape)
            variables[name] = vector[begin:end].reshape(shape)
            begin = end
        return variables

    def to_dict(self) -> dict[str, Any]:
        """The fields as JSON can hold them."""
        return {**dataclasses.asdict(self), "hidden_sizes": list(self.hidden_sizes)}

    @classmethod
    def from_dict(cls, fields: dict[str, Any]) -> "PolicyArchitecture":
        """The inverse of `to_dict`; raises TypeError if a field is missing or unknown."""
        return cls(**{**fields, "hidden_sizes": tuple(fields["hidden_sizes"])})

"""The shape of a policy as data: enough to rebuild it anywhere, without TensorFlow."""

import abc
import dataclasses
import math
from typing import Any, ClassVar, Protocol

import numpy as np

from walker_rl.types import Variables

ACTIVATIONS = ("elu", "relu", "tanh")
HEADS = ("tanh", "gaussian", "tanh_gaussian", "constant_gaussian")


class Policy(Protocol):
    """Chooses actions without exploring, in NumPy."""

    def update(self, variables: Variables) -> None:
        """Takes new weights."""

    def begin_episode(self, step: int = 0) -> None:
        """Begins an episode, or continues one of which `step` steps have been played."""

    def action(self, observation: np.ndarray) -> np.ndarray:
        """An action in [-1, 1], float32 `[A]`, for the next observation `[O]` of an episode."""


class Architecture(abc.ABC):
    """What is needed beside the weights to make a policy: a frozen dataclass of plain values.

    Attributes:
        kind: names the class in files.
    """

    kind: ClassVar[str]

    @abc.abstractmethod
    def variable_shapes(self) -> dict[str, tuple[int, ...]]:
        """Shape of every weight by its name."""

    @abc.abstractmethod
    def make_policy(self) -> Policy:
        """A policy at the start of an episode, without weights."""

    def split_weights(self, vector: np.ndarray) -> Variables:
        """Views of all weights, which `vector` holds one after the other as in `variable_shapes`, by name."""
        variables, begin = {}, 0
        for name, shape in self.variable_shapes().items():
            end = begin + math.prod(shape)
            variables[name] = vector[begin:end].reshape(shape)
            begin = end
        return variables

    @abc.abstractmethod
    def to_dict(self) -> dict[str, Any]:
        """The fields as JSON can hold them; the class's `from_dict` is the inverse."""


@dataclasses.dataclass(frozen=True)
class PolicyArchitecture(Architecture):
    """A network.

    Attributes:
        observation_size: `O`.
        action_size: `A`.
        hidden_sizes: units of each hidden layer; at least one layer.
        layer_norm: whether the first hidden layer is followed by LayerNorm and tanh instead of `activation`.
        activation: one of `ACTIVATIONS`, after the other hidden layers.
        head: "tanh" for a deterministic action in [-1, 1], "gaussian" for a mean and a standard deviation,
            "tanh_gaussian" for those of a Gaussian that tanh squashes into [-1, 1], "constant_gaussian" for a mean and
            a standard deviation that is the same in all states.
        init_stddev: standard deviation of a Gaussian head where its layer gives 0, in action units, or before tanh.
        normalize: whether observations are normalised first, by statistics that are among the weights.

    Raises:
        ValueError: if a name is unknown or there is no hidden layer.
    """

    kind: ClassVar[str] = "network"

    observation_size: int
    action_size: int
    hidden_sizes: tuple[int, ...]
    layer_norm: bool
    activation: str
    head: str
    init_stddev: float = 0.7
    normalize: bool = False

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
        return ("mean", "stddev") if self.head in ("gaussian", "tanh_gaussian") else ("mean",)

    def variable_shapes(self) -> dict[str, tuple[int, ...]]:
        """Shape of every weight by its structural name, in the order of evaluation."""
        shapes: dict[str, tuple[int, ...]] = {}
        if self.normalize:
            shapes["normalizer/mean"] = shapes["normalizer/scale"] = (self.observation_size,)
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
        if self.head == "constant_gaussian":
            shapes["log_stddev"] = (self.action_size,)
        return shapes

    def make_policy(self) -> Policy:
        """A policy without weights."""
        from walker_rl.policies.numpy_policy import NumpyPolicy

        return NumpyPolicy(self)

    def to_dict(self) -> dict[str, Any]:
        """The fields as JSON can hold them."""
        return {**dataclasses.asdict(self), "hidden_sizes": list(self.hidden_sizes)}

    @classmethod
    def from_dict(cls, fields: dict[str, Any]) -> "PolicyArchitecture":
        """The inverse of `to_dict`; raises TypeError if a field is missing or unknown."""
        return cls(**{**fields, "hidden_sizes": tuple(fields["hidden_sizes"])})

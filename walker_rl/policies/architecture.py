"""The shape of a policy as data: enough to rebuild it anywhere, without TensorFlow."""

import abc
import dataclasses
import math
from typing import Any, ClassVar, Protocol

import numpy as np

from walker_rl.field_values import to_record
from walker_rl.policies.heads import HEADS, Head
from walker_rl.policies.torso import TorsoSpec
from walker_rl.types import Variables


class Policy(Protocol):
    """Chooses actions without exploring, in NumPy."""

    def update(self, variables: Variables) -> None:
        """Replaces the weights."""

    def begin_episode(self, step: int = 0) -> None:
        """Begins an episode, or continues one after `step` steps."""

    def action(self, observation: np.ndarray) -> np.ndarray:
        """An action in [-1, 1], float32 `[A]`, for the next observation `[O]` of an episode."""


class Architecture(abc.ABC):
    """Everything but the weights that makes a policy: a frozen dataclass of plain values.

    Attributes:
        kind: name of the class in files.
    """

    kind: ClassVar[str]

    @abc.abstractmethod
    def variable_shapes(self) -> dict[str, tuple[int, ...]]:
        """Shape of every weight by its name."""

    @abc.abstractmethod
    def make_policy(self) -> Policy:
        """A policy at the start of an episode, without weights."""

    def check_weights(self, variables: Variables) -> None:
        """Checks weights against `variable_shapes`, without allocating any.

        Raises:
            ValueError: if one is missing, unknown or of another shape.
        """
        shapes = self.variable_shapes()
        for name in sorted(shapes.keys() ^ variables.keys()):
            raise ValueError(f"policy weight {name!r} is {'missing' if name in shapes else 'unknown'}")
        for name, shape in shapes.items():
            if np.shape(variables[name]) != shape:
                raise ValueError(f"policy weight {name!r} has shape {np.shape(variables[name])}, not {shape}")

    def copy_weights(self, variables: Variables, dtype: type[np.floating]) -> Variables:
        """Copies weights by name, as `dtype`.

        Raises:
            ValueError: if one is missing, unknown or of another shape than in `variable_shapes`.
        """
        self.check_weights(variables)
        return {name: np.array(variables[name], dtype) for name in self.variable_shapes()}

    def split_weights(self, vector: np.ndarray) -> Variables:
        """Views of `vector` as weights by name, in the order of `variable_shapes`.

        Raises:
            ValueError: if the vector has another length.
        """
        variables, begin = {}, 0
        for name, shape in self.variable_shapes().items():
            end = begin + math.prod(shape)
            variables[name] = vector[begin:end].reshape(shape)
            begin = end
        if begin != len(vector):
            raise ValueError(f"{len(vector)} weights, not {begin}")
        return variables

    @abc.abstractmethod
    def to_dict(self) -> dict[str, Any]:
        """The fields as JSON values."""

    @classmethod
    def from_dict(cls, fields: dict[str, Any]) -> "Architecture":
        """The inverse of `to_dict`; raises ValueError if a field is missing, unknown or of another type."""
        made = to_record(cls._nested(fields), cls)
        for name in fields.keys() - made.to_dict().keys():
            raise ValueError(f"{name}: unknown field")
        return made

    @classmethod
    def _nested(cls, fields: dict[str, Any]) -> dict[str, Any]:
        """The entries of `to_dict`, with a mapping for each field that is a dataclass."""
        return fields


@dataclasses.dataclass(frozen=True)
class PolicyArchitecture(Architecture):
    """The architecture of a policy network.

    Attributes:
        observation_size: `O`.
        action_size: `A`.
        torso: hidden layers.
        head: name of the output head, one of `HEADS`.
        init_stddev: standard deviation of a Gaussian head where its layer gives 0, in action units, or before tanh.
        normalize: True if observations are normalised first, by statistics that are among the weights.

    Raises:
        ValueError: if a size is less than 1, the head is unknown, or its standard deviation is not positive and finite.
    """

    kind: ClassVar[str] = "network"

    observation_size: int
    action_size: int
    torso: TorsoSpec
    head: str
    init_stddev: float = 0.7
    normalize: bool = False

    def __post_init__(self) -> None:
        """Checks the sizes and the head."""
        if min(self.observation_size, self.action_size) < 1:
            raise ValueError(f"sizes = {self.observation_size}, {self.action_size}: must be at least 1")
        if not 0 < self.init_stddev < math.inf:
            raise ValueError(f"init_stddev = {self.init_stddev}: must be a finite number greater than 0")
        if self.head not in HEADS:
            raise ValueError(f"head = {self.head!r}: must be one of {', '.join(HEADS)}")

    def make_head(self) -> Head:
        """The head in NumPy."""
        return HEADS[self.head](self.init_stddev)

    def variable_shapes(self) -> dict[str, tuple[int, ...]]:
        """Shape of every weight by its structural name, in the order of evaluation."""
        statistics = ("normalizer/mean", "normalizer/scale") if self.normalize else ()
        return {
            **{name: (self.observation_size,) for name in statistics},
            **self.torso.variable_shapes(self.observation_size),
            **self.make_head().variable_shapes(self.torso.output_size, self.action_size),
        }

    def make_policy(self) -> Policy:
        """A policy without weights."""
        from walker_rl.policies.numpy_policy import NumpyPolicy

        return NumpyPolicy(self)

    def to_dict(self) -> dict[str, Any]:
        """The fields as JSON values, including the torso's."""
        fields = dataclasses.asdict(self)
        torso = fields.pop("torso")
        return {**fields, **torso, "hidden_sizes": list(self.torso.hidden_sizes)}

    @classmethod
    def _nested(cls, fields: dict[str, Any]) -> dict[str, Any]:
        return {**fields, "torso": fields}

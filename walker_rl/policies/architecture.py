"""The shape of a policy as data: enough to rebuild it anywhere, without TensorFlow."""

import abc
import math
from collections.abc import Mapping
from typing import Any, ClassVar, Protocol

import numpy as np

from walker_rl.field_values import to_record
from walker_rl.types import Variables


class Policy(Protocol):
    """Chooses actions without exploring, in NumPy."""

    def update(self, variables: Variables) -> None:
        """Replaces the weights."""

    def begin_episode(self, step: int = 0) -> None:
        """Begins an episode, or continues one after `step` steps."""

    def action(self, observation: np.ndarray) -> np.ndarray:
        """An action in [-1, 1], float32 `[A]`, for the next observation `[O]` of an episode."""


def check_shapes(kind: str, variables: Variables, shapes: Mapping[str, tuple[int, ...]]) -> None:
    """Checks the names and shapes of variables, which errors call a `kind`, as in "policy weight".

    Raises:
        ValueError: if one is missing, unknown or of another shape.
    """
    for name in sorted(shapes.keys() ^ variables.keys()):
        raise ValueError(f"{kind} {name!r} is {'missing' if name in shapes else 'unknown'}")
    for name, shape in shapes.items():
        if np.shape(variables[name]) != shape:
            raise ValueError(f"{kind} {name!r} has shape {np.shape(variables[name])}, not {shape}")


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
    def plays(self, observation_size: int, action_size: int) -> bool:
        """True if the policy maps observations `[O]` of that size to actions `[A]` of that size."""

    @abc.abstractmethod
    def make_policy(self) -> Policy:
        """A policy at the start of an episode, without weights."""

    def check_weights(self, variables: Variables) -> None:
        """Checks weights against `variable_shapes`, without allocating any.

        Raises:
            ValueError: if one is missing, unknown or of another shape.
        """
        check_shapes("policy weight", variables, self.variable_shapes())

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

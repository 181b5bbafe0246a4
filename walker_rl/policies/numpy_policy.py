"""A network's policy: its architecture, and its evaluation in NumPy at each step of actors and the evaluator."""

import dataclasses
import math
from typing import Any, ClassVar

import numpy as np

from walker_rl.errors import RunError
from walker_rl.policies.architecture import Architecture
from walker_rl.policies.heads import HEADS, Head
from walker_rl.policies.torso import NumpyTorso, TorsoSpec, linear
from walker_rl.types import Variables

MAX_NORMALIZED = np.float32(10)
"""Bound of a normalised observation, which limits the effect of an outlier on the network."""


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

    def plays(self, observation_size: int, action_size: int) -> bool:
        """True if these are the network's sizes."""
        return (observation_size, action_size) == (self.observation_size, self.action_size)

    def make_policy(self) -> "NumpyPolicy":
        """A policy with zero weights."""
        return NumpyPolicy(self)

    def to_dict(self) -> dict[str, Any]:
        """The fields as JSON values, including the torso's."""
        fields = dataclasses.asdict(self)
        torso = fields.pop("torso")
        return {**fields, **torso, "hidden_sizes": list(self.torso.hidden_sizes)}

    @classmethod
    def _nested(cls, fields: dict[str, Any]) -> dict[str, Any]:
        return {**fields, "torso": fields}


class NumpyPolicy:
    """Evaluates the same function as `PolicyNetwork`, within 1e-6, without TensorFlow.

    The weights are zero until the first `update`.
    """

    def __init__(self, architecture: PolicyArchitecture) -> None:
        """Makes a policy of `architecture`, with zero weights."""
        self._architecture = architecture
        self._torso = NumpyTorso(architecture.torso)
        self._head = architecture.make_head()
        self.update({name: np.zeros(shape) for name, shape in architecture.variable_shapes().items()})

    def update(self, variables: Variables) -> None:
        """Copies new weights, by the names of `PolicyArchitecture.variable_shapes`, all at once.

        Raises:
            ValueError: if a weight is missing, unknown or of another shape; then nothing changes.
        """
        self._weights = self._architecture.copy_weights(variables, np.float32)

    def begin_episode(self, step: int = 0) -> None:
        """Does nothing: the action depends on the observation alone."""

    def action(self, observation: np.ndarray) -> np.ndarray:
        """The action without noise, in [-1, 1], float32 `[A]` or `[B, A]`, for an observation `[O]` or `[B, O]`.

        Raises:
            RunError: if the policy's output is not finite.
        """
        (mean,) = self._outputs(observation, self._head.layers[:1])
        return self._head.bounded(mean)

    def bounded(self, value: np.ndarray) -> np.ndarray:
        """Maps a mean, or a sample of `distribution`, to an action in [-1, 1]."""
        return self._head.bounded(value)

    def distribution(self, observation: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Mean and standard deviation of a Gaussian head before `bounded`, both shaped like an action.

        Raises:
            ValueError: if the head is deterministic.
            RunError: if the policy's output is not finite.
        """
        return self._head.distribution(self._outputs(observation, self._head.layers), self._weights)

    def _outputs(self, observation: np.ndarray, layers: tuple[str, ...]) -> list[np.ndarray]:
        """Outputs of the head's linear layers."""
        with np.errstate(over="ignore", invalid="ignore"):  # An overflow is reported once, below.
            hidden = self._torso(self._weights, self._normalized(observation))
            outputs = [linear(self._weights, name, hidden) for name in layers]
        if not all(np.isfinite(output).all() for output in outputs):
            raise RunError("the policy's output is not finite")
        return outputs

    def _normalized(self, observation: np.ndarray) -> np.ndarray:
        inputs = np.asarray(observation, np.float32)
        if not self._architecture.normalize:
            return inputs
        inputs = (inputs - self._weights["normalizer/mean"]) * self._weights["normalizer/scale"]
        return np.minimum(np.maximum(inputs, -MAX_NORMALIZED), MAX_NORMALIZED)

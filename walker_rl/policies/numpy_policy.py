"""Policy evaluation in NumPy, which actors and the evaluator call at each environment step."""

import numpy as np

from walker_rl.errors import RunError
from walker_rl.policies.architecture import PolicyArchitecture
from walker_rl.policies.torso import NumpyTorso, linear
from walker_rl.types import Variables

MAX_NORMALIZED = np.float32(10)
"""Bound of a normalised observation, which limits the effect of an outlier on the network."""


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

"""Bounds of the actions of third-party environments, to which actions are scaled."""

from typing import Any, NamedTuple

import numpy as np

from walker_rl.environments.dimensions import Dimension
from walker_rl.environments.foreign import Refused


class ActionBounds(NamedTuple):
    """Bounds of a foreign environment's actions, of any shape, with their middle and half their distance."""

    low: np.ndarray
    high: np.ndarray
    middle: np.ndarray
    half: np.ndarray

    @classmethod
    def checked(cls, low: Any, high: Any, dtype: Any) -> "ActionBounds":
        """Checks the bounds of a space or a spec.

        Raises:
            Refused: if a bound is not finite, a lower one is above the upper one, or the actions are not floats.
        """
        if not np.issubdtype(dtype, np.floating):
            raise Refused(f"must have continuous actions, not {np.dtype(dtype)}")
        low, high = np.asarray(low, dtype), np.asarray(high, dtype)
        if not np.isfinite([low, high]).all():
            raise Refused("must have finite action bounds; a wrapper may clip or rescale the actions")
        if (low > high).any():
            raise Refused("must have no lower action bound above its upper one")
        half_low, half_high = (bound.astype(np.float64) / 2 for bound in (low, high))  # Their distance may overflow.
        return cls(low, high, half_high + half_low, half_high - half_low)

    @property
    def dimensions(self) -> tuple[Dimension, ...]:
        """Numbered dimensions of an action in [-1, 1]; their units name the bounds that it is scaled to."""
        bounds = zip(np.ravel(self.low).tolist(), np.ravel(self.high).tolist(), strict=True)
        units = ["" if own == (-1.0, 1.0) else "scaled to [{:g}, {:g}]".format(*own) for own in bounds]
        return tuple(Dimension(f"action_{index}", unit, -1.0, 1.0) for index, unit in enumerate(units))

    def scaled(self, action: np.ndarray) -> np.ndarray:
        """Maps an action `[A]` from [-1, 1] to the bounds; the result has their shape and type."""
        scaled = self.middle + self.half * action.reshape(self.low.shape)
        return np.asarray(np.minimum(np.maximum(scaled.astype(self.low.dtype), self.low), self.high))

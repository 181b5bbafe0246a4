"""The layout of an item, such as a transition, in a row of floats.

The adder packs each item into a row once; the learner unpacks a batch of rows at a time.
"""

import abc
import dataclasses
from typing import Any

import numpy as np

from walker_rl.types import Transition


class Layout(abc.ABC):
    """Layout of an item, a named tuple, in a row of floats."""

    @property
    @abc.abstractmethod
    def row_size(self) -> int:
        """Floats in a row."""

    @abc.abstractmethod
    def unpack(self, rows: Any) -> Any:
        """Views of `rows` `[..., row_size]` as the fields of items; slices if they are a tensor."""

    def pack(self, item: Any, rows: np.ndarray) -> None:
        """Writes items, whose fields are `[..., ...]`, into `rows`, float32 `[..., row_size]`."""
        for part, value in zip(self.unpack(rows), item, strict=True):
            part[...] = value

    def row(self, item: Any) -> np.ndarray:
        """One item as rows, float32 `[1, row_size]`."""
        rows = np.empty((1, self.row_size), np.float32)
        self.pack(item, rows[0])
        return rows


@dataclasses.dataclass(frozen=True)
class TransitionLayout(Layout):
    """One transition as a row of `2 O + A + 2` floats: one copy to store it, one gather to sample it."""

    observation_size: int
    action_size: int

    @property
    def row_size(self) -> int:
        """Floats in a row."""
        return 2 * self.observation_size + self.action_size + 2

    def unpack(self, rows: Any) -> Transition:
        """Views of `rows` `[..., 2 O + A + 2]` as the fields of a transition; slices if they are a tensor."""
        action_end = self.observation_size + self.action_size
        return Transition(
            observation=rows[..., : self.observation_size],
            action=rows[..., self.observation_size : action_end],
            reward=rows[..., action_end],
            discount=rows[..., action_end + 1],
            next_observation=rows[..., action_end + 2 :],
        )

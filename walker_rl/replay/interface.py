"""The contract of a replay, and the layout of an item, such as a transition, in a row of floats.

The adder packs each item into a row once; the learner unpacks a batch of rows at a time.
"""

import abc
import dataclasses
from collections.abc import Iterator
from typing import Any, Protocol

import numpy as np

from walker_rl.types import State, Transition


class Sink(Protocol):
    """The destination of an adder's items."""

    def insert(self, rows: np.ndarray, /) -> None:
        """Copies items, float32 `[n, row_size]`, the oldest first."""


class Replay(Sink, Protocol):
    """A first-in, first-out store of items."""

    @property
    def num_inserted(self) -> int:
        """Number of items ever inserted, including those already removed."""

    @property
    def size(self) -> int:
        """Number of items held now."""

    def make_dataset(self, batch_size: int) -> Iterator[np.ndarray]:
        """Endless batches of items, float32 `[batch_size, row_size]`."""

    def save(self) -> State:
        """Everything stored, and the sampler's state if it has one."""

    def restore(self, state: State) -> None:
        """Restores the state that `save` returned."""

    def close(self) -> None:
        """Frees servers and memory."""


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


class ItemAdder:
    """Inserts an actor's items one by one."""

    def __init__(self, sink: Sink, layout: Layout):
        """Makes an adder for one actor, which packs items by `layout` into `sink`."""
        self._sink = sink
        self._layout = layout

    def add(self, item: Any) -> None:
        """Records an item."""
        self._sink.insert(self._layout.row(item))


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

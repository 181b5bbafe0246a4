"""The contract of a replay."""

from collections.abc import Iterator
from typing import Protocol

import numpy as np

from walker_rl.types import State


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
        """Endless batches of items, float32 `[batch_size, row_size]`.

        Raises:
            ValueError: if too few items are held for a batch; a replay in a server waits for them instead.
        """

    def save(self) -> State:
        """Everything stored, and the sampler's state if it has one."""

    def restore(self, state: State) -> None:
        """Restores the state that `save` returned."""

    def close(self) -> None:
        """Frees servers and memory."""

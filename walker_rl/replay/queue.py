"""A queue of items, from which the learner takes each once."""

from collections import deque
from collections.abc import Iterator

import numpy as np

from walker_rl.types import State


class Queue:
    """A first-in, first-out store; a batch removes its items.

    Attributes:
        num_inserted: number of items ever inserted.
    """

    def __init__(self, row_size: int):
        """Makes an empty queue of items of `row_size` floats."""
        self._row_size = row_size
        self._rows: deque[np.ndarray] = deque()
        self.num_inserted = 0

    @property
    def size(self) -> int:
        """Number of items that wait."""
        return len(self._rows)

    def insert(self, rows: np.ndarray) -> None:
        """Copies items `[n, row_size]` to the end of the queue."""
        self._rows.extend(np.array(rows))
        self.num_inserted += len(rows)

    def make_dataset(self, batch_size: int) -> Iterator[np.ndarray]:
        """Batches `[batch_size, row_size]` of the oldest items, each item once.

        Raises:
            ValueError: if fewer than `batch_size` items wait.
        """
        while True:
            if self.size < batch_size:
                raise ValueError(f"{self.size} items wait, not {batch_size}")
            yield np.stack([self._rows.popleft() for _ in range(batch_size)])

    def save(self) -> State:
        """The items that wait, and the count."""
        rows = np.stack(self._rows) if self._rows else np.empty((0, self._row_size), np.float32)
        return {"rows": rows, "num_inserted": self.num_inserted}

    def restore(self, state: State) -> None:
        """Restores the state that `save` returned."""
        self._rows = deque(state["rows"].reshape(-1, self._row_size))
        self.num_inserted = state["num_inserted"]

    def close(self) -> None:
        """Does nothing."""

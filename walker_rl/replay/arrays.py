"""Replay as one array in this process: seeded, and exact to resume."""

from collections.abc import Iterator

import numpy as np

from walker_rl.types import State


class ArrayReplay:
    """A ring of rows. The operating system commits its memory as rows are first written.

    Attributes:
        num_inserted: number of transitions ever inserted.
    """

    def __init__(self, row_size: int, max_size: int, seed: int):
        """Makes an empty replay of `max_size` rows of `row_size` floats; `seed` is the sampler's."""
        self._rows = np.empty((max_size, row_size), np.float32)
        self.num_inserted = 0
        self._random = np.random.default_rng(seed)

    @property
    def size(self) -> int:
        """Number of transitions held now."""
        return min(self.num_inserted, len(self._rows))

    def insert(self, rows: np.ndarray) -> None:
        """Copies transitions `[n, row_size]` into the ring, in two parts where they cross its end."""
        while len(rows):
            begin = self.num_inserted % len(self._rows)
            free = self._rows[begin : begin + len(rows)]
            free[:] = rows[: len(free)]
            self.num_inserted += len(free)
            rows = rows[len(free) :]

    def make_dataset(self, batch_size: int) -> Iterator[np.ndarray]:
        """Endless batches `[batch_size, row_size]`, each uniform over the transitions held at that time.

        Raises:
            ValueError: if nothing has been inserted; raised by the first batch.
        """
        while True:
            yield self.sample(batch_size)

    def sample(self, batch_size: int) -> np.ndarray:
        """Copies of rows `[batch_size, row_size]`, uniform over the transitions held.

        Raises:
            ValueError: if nothing has been inserted.
        """
        return self._rows[self._random.integers(self.size, size=batch_size)]

    def save(self) -> State:
        """The rows held (a view, which the next insert may change), the count, and the sampler's state."""
        return {
            "rows": self._rows[: self.size],
            "num_inserted": self.num_inserted,
            "random": self._random.bit_generator.state,
        }

    def restore(self, state: State) -> None:
        """Restores the state that `save` returned.

        Raises:
            ValueError: if the state has another size.
        """
        self.num_inserted = state["num_inserted"]
        self._rows[: self.size] = state["rows"].reshape(self._rows[: self.size].shape)
        self._random.bit_generator.state = state["random"]

    def close(self) -> None:
        """Does nothing: the array is freed with this object."""

"""Replay as one array in this process: seeded, and exact to resume."""

from collections.abc import Iterator

import numpy as np

from walker_rl.replay.interface import TransitionLayout
from walker_rl.types import State, Transition


class ArrayReplay:
    """A ring of rows. The operating system commits its memory as rows are first written."""

    def __init__(self, layout: TransitionLayout, max_size: int, seed: int):
        """Makes an empty replay.

        Args:
            layout: how a transition lies in a row.
            max_size: transitions kept; the oldest is overwritten by the next.
            seed: of the sampler.
        """
        self._layout = layout
        self._rows = np.empty((max_size, layout.row_size), np.float32)
        self._num_inserted = 0
        self._random = np.random.default_rng(seed)

    @property
    def num_inserted(self) -> int:
        """Transitions ever inserted."""
        return self._num_inserted

    @property
    def size(self) -> int:
        """Transitions held now."""
        return min(self._num_inserted, len(self._rows))

    def insert(self, transition: Transition) -> None:
        """Stores one transition (no batch dimension)."""
        self._layout.pack(transition, self._rows[self._num_inserted % len(self._rows)])
        self._num_inserted += 1

    def make_dataset(self, batch_size: int) -> Iterator[Transition]:
        """Endless batches, uniform over what is held at the time of each.

        Raises:
            ValueError: on the first batch if nothing has been inserted.
        """
        while True:
            yield self._layout.unpack(self.sample(batch_size))

    def sample(self, batch_size: int) -> np.ndarray:
        """Copies of rows `[batch_size, row_size]`, uniform over what is held.

        Raises:
            ValueError: if nothing has been inserted.
        """
        rows: np.ndarray = self._rows[self._random.integers(self.size, size=batch_size)]
        return rows

    def save(self) -> State:
        """The rows held (a view of them: the next insert may change it), the count, and the sampler's state."""
        return {
            "rows": self._rows[: self.size],
            "num_inserted": self._num_inserted,
            "random": self._random.bit_generator.state,
        }

    def restore(self, state: State) -> None:
        """Goes on from what `save` returned."""
        self._num_inserted = state["num_inserted"]
        self._rows[: self.size] = state["rows"]
        self._random.bit_generator.state = state["random"]

    def close(self) -> None:
        """Nothing to free beyond the array itself."""

"""Replay that keeps its first transitions apart: those of the prior, which plays before training."""

from collections.abc import Callable, Iterator

import numpy as np

from walker_rl.replay.arrays import ArrayReplay
from walker_rl.types import State


class PriorReplay:
    """Keeps the first transitions permanently, and draws a share of each batch from them."""

    def __init__(self, row_size: int, num_prior: int, num_prior_rows: Callable[[int], int], max_size: int, seed: int):
        """Makes an empty replay of rows of `row_size` floats, which keeps the first `num_prior` permanently.

        Of the later ones it keeps the newest `max_size`. `num_prior_rows` maps the number of batches so far to the
        number of the prior's rows in the next batch.
        """
        prior_seed, own_seed = map(int, np.random.SeedSequence(seed).generate_state(2))
        self._num_prior = num_prior
        self._num_prior_rows = num_prior_rows
        self._num_batches = 0
        self._prior = ArrayReplay(row_size, num_prior, prior_seed)
        self._own = ArrayReplay(row_size, max_size, own_seed)
        self._num_recorded = 0

    @property
    def num_inserted(self) -> int:
        """Number of transitions ever inserted."""
        return self._prior.num_inserted - self._num_recorded + self._own.num_inserted

    @property
    def size(self) -> int:
        """Number of transitions held now."""
        return self._prior.size + self._own.size

    def insert_recorded(self, rows: np.ndarray) -> None:
        """Stores the prior's recorded transitions `[num_prior, row_size]` first; they don't count as inserted."""
        self._num_recorded = len(rows)
        self._prior.insert(rows)

    def insert(self, rows: np.ndarray) -> None:
        """Stores transitions `[n, row_size]`: the first ones apart, later ones in a ring."""
        num_prior = self._num_prior - self._prior.num_inserted
        self._prior.insert(rows[:num_prior])
        self._own.insert(rows[num_prior:])

    def make_dataset(self, batch_size: int) -> Iterator[np.ndarray]:
        """Endless batches `[batch_size, row_size]`.

        The prior's rows come first, uniform over its transitions; the others are uniform over the later ones.

        Raises:
            ValueError: if a batch needs transitions of a part that is empty.
        """
        while True:
            num_prior_rows = self._num_prior_rows(self._num_batches)
            self._num_batches += 1
            parts = ((self._prior, num_prior_rows), (self._own, batch_size - num_prior_rows))
            rows = [replay.sample(number) for replay, number in parts if number]
            yield np.concatenate(rows)

    def save(self) -> State:
        """Both parts, each with the state of its sampler, and the number of batches."""
        return {"prior": self._prior.save(), "own": self._own.save(), "num_batches": self._num_batches}

    def restore(self, state: State) -> None:
        """Restores the state that `save` returned."""
        self._prior.restore(state["prior"])
        self._own.restore(state["own"])
        self._num_batches = state["num_batches"]

    def close(self) -> None:
        """Does nothing: the arrays are freed with this object."""

"""Replay that keeps its first transitions apart: those of a policy that was played before training."""

from collections.abc import Callable, Iterator

import numpy as np

from walker_rl.replay.arrays import ArrayReplay
from walker_rl.replay.interface import TransitionLayout
from walker_rl.types import State, Transition


class PriorReplay:
    """Keeps the first transitions for good, and draws a share of each batch from them."""

    def __init__(
        self, layout: TransitionLayout, num_prior: int, num_prior_rows: Callable[[int], int], max_size: int, seed: int
    ):
        """Makes an empty replay.

        Args:
            layout: place of a transition's fields in a row.
            num_prior: transitions that are kept apart, the first to be inserted.
            num_prior_rows: number of them in a batch, by the number of batches before it.
            max_size: transitions kept of all later ones; the oldest goes first.
            seed: seed of the samplers.
        """
        prior_seed, own_seed = map(int, np.random.SeedSequence(seed).generate_state(2))
        self._layout = layout
        self._num_prior = num_prior
        self._num_prior_rows = num_prior_rows
        self._num_batches = 0
        self._prior = ArrayReplay(layout, num_prior, prior_seed)
        self._own = ArrayReplay(layout, max_size, own_seed)

    @property
    def num_inserted(self) -> int:
        """Transitions ever inserted."""
        return self._prior.num_inserted + self._own.num_inserted

    @property
    def size(self) -> int:
        """Transitions held now."""
        return self._prior.size + self._own.size

    def insert(self, transition: Transition) -> None:
        """Stores one transition (no batch dimension)."""
        (self._prior if self._prior.num_inserted < self._num_prior else self._own).insert(transition)

    def make_dataset(self, batch_size: int) -> Iterator[Transition]:
        """Endless batches: their first rows are uniform over the first transitions, the others over the later ones.

        Raises:
            ValueError: if transitions are to be drawn of a kind of which there are none.
        """
        while True:
            num_prior_rows = self._num_prior_rows(self._num_batches)
            self._num_batches += 1
            parts = ((self._prior, num_prior_rows), (self._own, batch_size - num_prior_rows))
            rows = [replay.sample(number) for replay, number in parts if number]
            yield self._layout.unpack(np.concatenate(rows))

    def save(self) -> State:
        """Both parts, each with the state of its sampler, and the number of batches."""
        return {"prior": self._prior.save(), "own": self._own.save(), "num_batches": self._num_batches}

    def restore(self, state: State) -> None:
        """Continues from what `save` returned."""
        self._prior.restore(state["prior"])
        self._own.restore(state["own"])
        self._num_batches = state["num_batches"]

    def close(self) -> None:
        """Nothing to free beyond the arrays."""

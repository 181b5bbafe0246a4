"""How transitions travel: packed rows, a block at a time."""

import numpy as np

from walker_rl.experiments.distributed.channel import Channel
from walker_rl.experiments.distributed.patience import Patience
from walker_rl.replay import TransitionLayout
from walker_rl.types import Transition

BLOCK_SIZE = 32
"""Transitions sent at a time: one by one they would cost an actor a tenth of its time, and the learner more."""


class TransitionStream:
    """Sends transitions as packed rows, a block at a time; waits while the learner can take no more."""

    def __init__(self, channel: Channel, layout: TransitionLayout, patience: Patience):
        """Sends through `channel`, and renews `patience` with each block that is taken."""
        self._blocks = channel.stream_rows()
        self._layout = layout
        self._patience = patience
        self._block = np.full((BLOCK_SIZE, layout.row_size), np.nan, np.float32)
        self._num_rows = 0

    def insert(self, transition: Transition) -> None:
        """Sends one transition (no batch dimension), when the block is full."""
        self._layout.pack(transition, self._block[self._num_rows])
        self._num_rows += 1
        if self._num_rows == BLOCK_SIZE:
            self.flush()

    def flush(self) -> None:
        """Sends what there is of a block, whose other rows are not numbers: Reverb wants all of one shape."""
        if self._num_rows:
            self._blocks.insert(self._block.copy())
            self._block[:] = np.nan
            self._num_rows = 0
            self._patience.renew()

    def close(self) -> None:
        """Sends the rest, and waits until it is taken."""
        self.flush()
        self._blocks.close()


def rows_of(block: np.ndarray) -> np.ndarray:
    """The transitions in a block."""
    rows: np.ndarray = block[~np.isnan(block[:, 0])]
    return rows

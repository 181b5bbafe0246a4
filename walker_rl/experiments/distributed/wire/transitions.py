"""Transport of transitions, or of an adder's other items: packed rows, one block at a time."""

import numpy as np

from walker_rl.experiments.distributed.wire.channel import Channel
from walker_rl.experiments.distributed.wire.patience import Patience
from walker_rl.replay.interface import Replay

MAX_BLOCK_SIZE = 32
"""Items per block: single transitions would cost an actor a tenth of its time, and the learner more."""

MAX_BLOCK_FLOATS = 8_192
"""Floats per block, unless a single item is larger."""

BLOCKS_READY = 2
"""Blocks fetched from the queue before they are needed."""

IDLE_WAIT = 0.05
"""Seconds to wait for a block."""


class TransitionStream:
    """Sends items as packed rows, one block at a time; waits while the queue is full.

    A `with` statement sends the rest at its end and waits until it is stored, but for an error, which loses the rest.
    """

    def __init__(self, channel: Channel, row_size: int, patience: Patience):
        """Sends items of `row_size` floats through `channel`, and renews `patience` with each block sent."""
        self._blocks = channel.stream_rows()
        self._patience = patience
        block_size = max(1, min(MAX_BLOCK_SIZE, MAX_BLOCK_FLOATS // row_size))
        self._block = np.zeros((block_size, row_size), np.float32)
        self._num_rows = 0

    def insert(self, rows: np.ndarray) -> None:
        """Adds items `[n, row_size]` to the block, and sends it whenever it is full."""
        for row in rows:
            self._block[self._num_rows] = row
            self._num_rows += 1
            if self._num_rows == len(self._block):
                self.flush()

    def flush(self) -> None:
        """Sends a partial block, padded, with its number of rows: Reverb requires blocks of one shape."""
        if self._num_rows:
            self._block[self._num_rows :] = 0.0  # Zeros compress well.
            self._blocks.insert(self._block.copy(), np.array(self._num_rows))
            self._num_rows = 0
            self._patience.renew()

    def __enter__(self) -> "TransitionStream":
        """Returns the stream."""
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Sends the rest unless an error of this `kind` ended the statement."""
        try:
            if kind is None:
                self.flush()
                self._blocks.finish()
        finally:
            self._blocks.close()


class TransitionIntake:
    """Moves items from the queue into the replay.

    Reverb carries each item once, into arrays beside the learner: sampling a batch from a Reverb table would cost a
    third of an update.

    Attributes:
        is_idle: True if the last call of `take` received no block.
    """

    def __init__(self, channel: Channel, replay: Replay, row_size: int):
        """Moves items of `row_size` floats from `channel` into `replay`."""
        self._blocks = channel.subscribe_to_rows(row_size, BLOCKS_READY)
        self._replay = replay
        self.is_idle = False

    def take(self) -> None:
        """Moves the next block; waits briefly for it."""
        block = self._blocks.get(timeout=IDLE_WAIT)
        self.is_idle = block is None
        if block is not None:
            self._replay.insert(block)

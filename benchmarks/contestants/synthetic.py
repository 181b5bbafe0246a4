"""Connections to a central process, one process each: `KIND ADDRESS RUN_ID NUM_CONNECTIONS`.

Each repeats one activity of an actor as fast as possible, and counts it: `transitions` sent in blocks, `reports` each
followed by reading the notice, `fetches` of the weights.
"""

import mmap
import os
import struct
import sys
import time
import uuid
from collections.abc import Iterator

import numpy as np

from benchmarks.meter import Meter
from walker_rl.experiments.distributed.wire import reverb_client
from walker_rl.experiments.distributed.wire.channel import Channel
from walker_rl.experiments.distributed.wire.messages import Notice, Report, Weights
from walker_rl.experiments.distributed.wire.transitions import MAX_BLOCK_SIZE
from walker_rl.processes.child import tie_to_parent
from walker_rl.replay.layout import TransitionLayout

POLL_PERIOD = 0.02  # seconds

_COUNT = struct.Struct("q")


def transitions(channel: Channel, index: int) -> Iterator[int]:
    """Sends transitions of Walker2D's size with random numbers, which do not compress."""
    rows = (
        np.random.default_rng(index).normal(size=(MAX_BLOCK_SIZE, TransitionLayout(22, 6).row_size)).astype(np.float32)
    )
    stream = channel.stream_rows()
    while True:
        stream.insert(rows, np.array(MAX_BLOCK_SIZE))
        yield MAX_BLOCK_SIZE


def reports(channel: Channel, index: int) -> Iterator[int]:
    token = uuid.uuid4().hex
    while True:
        channel.send(Report(token, index))
        channel.read(Notice)
        yield 1


def fetches(channel: Channel, index: int) -> Iterator[int]:
    while True:
        channel.read(Weights)
        yield 1


KINDS = {"transitions": transitions, "reports": reports, "fetches": fetches}


def connect(kind: str, address: str, run_id: str, index: int, counts: mmap.mmap) -> None:
    """Repeats an activity forever, with its count at position `index` of `counts`."""
    total = 0
    for number in KINDS[kind](Channel(address, run_id), index):
        total += number
        _COUNT.pack_into(counts, _COUNT.size * index, total)


def main() -> None:
    kind, address, run_id, num_connections = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
    counts = mmap.mmap(-1, _COUNT.size * num_connections)
    reverb_client.load_library()  # Once, for all forked processes.
    parent = os.getpid()
    for index in range(num_connections):
        if os.fork() == 0:
            tie_to_parent(parent)
            connect(kind, address, run_id, index, counts)
    meter = Meter()
    while True:
        by_connection = [count for (count,) in _COUNT.iter_unpack(counts[:])]
        if all(by_connection):
            meter.set(sum(by_connection))
        time.sleep(POLL_PERIOD)


if __name__ == "__main__":
    main()

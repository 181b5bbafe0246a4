"""The Reverb server of a run: tables for messages, and a queue of transitions."""

import os
from pathlib import Path

import reverb

from walker_rl.experiments.distributed.wire.channel import BOARDS, QUEUES, TRANSITIONS, table_name

MAX_MESSAGES = 10_000
"""Messages in a queue before the oldest is dropped; sending one never waits."""

MAX_BLOCKS = 4
"""Blocks of transitions in the queue before actors wait, which limits their lead over the learner."""


def start_server(run_id: str, port: int, folder: Path) -> reverb.Server:
    """Serves one run on every network interface, without authentication.

    Args:
        run_id: the run's id, part of every table's name.
        port: a free port; gRPC would silently share one that is taken.
        folder: folder for Reverb's own checkpoints, which Reverb requires although there are none.

    Raises:
        RuntimeError: if the port is taken.
    """
    limits = reverb.rate_limiters
    tables = [_first_in_first_out(table_name(kind, run_id), 1, 0, limits.MinSize(1)) for kind in BOARDS]
    tables += [_first_in_first_out(table_name(kind, run_id), MAX_MESSAGES, 1, limits.MinSize(1)) for kind in QUEUES]
    transitions = table_name(TRANSITIONS, run_id)
    tables.append(_first_in_first_out(transitions, MAX_BLOCKS, 1, limits.Queue(MAX_BLOCKS)))
    descriptor = os.open(folder, os.O_RDONLY)  # Reverb takes no path that is not UTF-8.
    checkpointer = reverb.checkpointers.DefaultCheckpointer(path=f"/proc/self/fd/{descriptor}")
    return reverb.Server(tables, port=port, checkpointer=checkpointer)


def _first_in_first_out(
    name: str, max_size: int, max_times_sampled: int, rate_limiter: reverb.rate_limiters.RateLimiter
) -> reverb.Table:
    return reverb.Table(
        name=name,
        sampler=reverb.selectors.Fifo(),
        remover=reverb.selectors.Fifo(),
        max_size=max_size,
        max_times_sampled=max_times_sampled,
        rate_limiter=rate_limiter,
    )

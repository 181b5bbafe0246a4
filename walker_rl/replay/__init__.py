"""One interface for replay, two homes: arrays in this process, Reverb tables; and a queue, which gives items once."""

from walker_rl.replay.arrays import ArrayReplay
from walker_rl.replay.interface import Layout, Replay, Sink, TransitionLayout
from walker_rl.replay.n_step import NStepAdder
from walker_rl.replay.prior import PriorReplay
from walker_rl.replay.queue import Queue
from walker_rl.replay.updates_due import steps_at_update, updates_due

__all__ = [
    "ArrayReplay",
    "Layout",
    "NStepAdder",
    "PriorReplay",
    "Queue",
    "Replay",
    "Sink",
    "TransitionLayout",
    "steps_at_update",
    "updates_due",
]

"""One interface for replay, two homes: arrays in this process, Reverb tables."""

from walker_rl.replay.arrays import ArrayReplay
from walker_rl.replay.interface import Replay, TransitionLayout, TransitionSink
from walker_rl.replay.n_step import NStepAdder
from walker_rl.replay.updates_due import updates_due

__all__ = ["ArrayReplay", "NStepAdder", "Replay", "TransitionLayout", "TransitionSink", "updates_due"]

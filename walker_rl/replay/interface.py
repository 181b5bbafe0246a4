"""What every replay offers, and how one transition lies in a row of floats."""

import dataclasses
from collections.abc import Iterator
from typing import Any, Protocol

import numpy as np

from walker_rl.types import State, Transition


class TransitionSink(Protocol):
    """Where an adder puts transitions."""

    def insert(self, transition: Transition) -> None:
        """Takes one transition (no batch dimension)."""


class Replay(TransitionSink, Protocol):
    """A first-in, first-out store of single transitions, sampled uniformly with replacement."""

    @property
    def num_inserted(self) -> int:
        """Transitions ever inserted, those already gone included."""

    def make_dataset(self, batch_size: int) -> Iterator[Transition]:
        """Endless batches of `batch_size` transitions, each an array `[B, ...]`."""

    def save(self) -> State:
        """Everything stored, and the state of the sampler where it has one."""

    def restore(self, state: State) -> None:
        """Goes on from what `save` returned."""

    def close(self) -> None:
        """Frees servers and memory."""


@dataclasses.dataclass(frozen=True)
class TransitionLayout:
    """One transition as a row of `2 O + A + 2` floats: one copy to store it, one gather to sample it."""

    observation_size: int
    action_size: int

    @property
    def row_size(self) -> int:
        """Floats in a row."""
        return 2 * self.observation_size + self.action_size + 2

    def pack(self, transition: Transition, rows: np.ndarray) -> None:
        """Writes transitions `[..., O]`, `[..., A]` ... into `rows`, float32 `[..., 2 O + A + 2]`."""
        for part, value in zip(self.unpack(rows), transition, strict=True):
            part[...] = value

    def unpack(self, rows: Any) -> Transition:
        """Views of `rows` `[..., 2 O + A + 2]` as the fields of a transition; slices, if they are a tensor."""
        action_end = self.observation_size + self.action_size
        return Transition(
            observation=rows[..., : self.observation_size],
            action=rows[..., self.observation_size : action_end],
            reward=rows[..., action_end],
            discount=rows[..., action_end + 1],
            next_observation=rows[..., action_end + 2 :],
        )

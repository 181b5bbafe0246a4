"""What every replay offers, and how an item, such as a transition, lies in a row of floats."""

import dataclasses
from collections.abc import Iterator
from typing import Any, Protocol

import numpy as np

from walker_rl.types import State, Transition


class Sink(Protocol):
    """Where an adder puts items."""

    def insert(self, item: Any, /) -> None:
        """Takes one item (no batch dimension)."""


class Replay(Sink, Protocol):
    """A first-in, first-out store of items."""

    @property
    def num_inserted(self) -> int:
        """Items ever inserted, those already gone included."""

    @property
    def size(self) -> int:
        """Items held now."""

    def make_dataset(self, batch_size: int) -> Iterator[Any]:
        """Endless batches of `batch_size` items, each an array `[B, ...]`."""

    def save(self) -> State:
        """Everything stored, and the state of the sampler where it has one."""

    def restore(self, state: State) -> None:
        """Goes on from what `save` returned."""

    def close(self) -> None:
        """Frees servers and memory."""


class Layout(Protocol):
    """How an item lies in a row of floats."""

    @property
    def row_size(self) -> int:
        """Floats in a row."""

    def pack(self, item: Any, rows: np.ndarray, /) -> None:
        """Writes items `[..., ...]` into `rows`, float32 `[..., row_size]`."""

    def unpack(self, rows: Any, /) -> Any:
        """Views of `rows` `[..., row_size]` as the fields of an item."""


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

"""The base class of agents that learn from each item once, such as an episode."""

import abc
from collections.abc import Iterator
from typing import Any, ClassVar

import numpy as np

from walker_rl.agents.builder import Builder, ConfigT
from walker_rl.agents.memory import FLOAT
from walker_rl.errors import UserError
from walker_rl.replay.interface import Replay, Sink
from walker_rl.replay.item_adder import ItemAdder
from walker_rl.replay.queue import Queue


class QueueBuilder(Builder[ConfigT]):
    """Makes the parts of an agent that learns from each item once.

    Attributes:
        item_name: name of an item in messages to the user.
    """

    item_name: ClassVar[str]

    @property
    @abc.abstractmethod
    def items_per_step(self) -> int:
        """Items that the learner takes at a time."""

    @property
    def num_bytes(self) -> float:
        """Bytes of the items that the learner takes at a time."""
        return FLOAT * float(self.layout.row_size * self.items_per_step)

    def make_replay(self, home: str, seed: int) -> Queue:
        """An empty queue.

        Raises:
            UserError: if `home` is not "arrays".
        """
        if home != "arrays":
            name = self.item_name
            raise UserError(f"replay = {home}: must be arrays with an agent that learns from each {name} once")
        return Queue(self.layout.row_size)

    def make_adder(self, sink: Sink) -> Any:
        """An adder that inserts an actor's items into `sink`, in this process or remote."""
        return ItemAdder(sink, self.layout)

    def make_dataset(self, replay: Replay) -> Iterator[np.ndarray]:
        """Batches of `items_per_step` items, each item once."""
        return replay.make_dataset(self.items_per_step)

    def steps_due(self, replay: Replay, learner_steps: int) -> int:
        """Number of full batches that wait in the queue."""
        return replay.size // self.items_per_step

    def samples_per_insert(self, num_inserted: int, learner_steps: int) -> float | None:
        """Items learned from, divided by those of complete batches; None before the first."""
        num_complete = num_inserted // self.items_per_step * self.items_per_step
        return learner_steps / num_complete if num_complete else None

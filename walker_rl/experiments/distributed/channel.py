"""Messages through tables of a Reverb server.

A board holds the latest message of its kind; a queue holds each message until it is read.
"""

import dataclasses
import json
import queue
import threading
from typing import Any, Generic, TypeVar

import numpy as np

from walker_rl.experiments.distributed.messages import Candidate, Experiment, Notice, Report, Result, Weights, Welcome
from walker_rl.experiments.distributed.reverb_client import ItemWriter, ReverbClient

BOARDS = (Experiment, Notice, Weights, Candidate)
QUEUES = (Report, Result)
TRANSITIONS = "transitions"

MAX_BLOCKS_IN_FLIGHT = 1
"""Blocks of transitions that an actor has sent and that are not in the queue yet, before it waits."""

MessageT = TypeVar("MessageT")


def table_name(kind: type | str, run_id: str) -> str:
    """A table's name has the run's id in it, so that no process ever speaks to another run's server."""
    return f"{kind if isinstance(kind, str) else kind.__name__.lower()}-{run_id}"


class Channel:
    """Sends and reads the messages of one run; a call waits while the server is away."""

    def __init__(self, address: str, run_id: str):
        """Speaks to the server at `address`, "HOST:PORT", which has the tables of the run."""
        self.address = address
        self.run_id = run_id
        self._client = ReverbClient(address)

    def send(self, message: Any) -> None:
        """Puts a message on its board or into its queue."""
        self._client.insert(table_name(type(message), self.run_id), _encode(message))

    def read(self, kind: type[MessageT]) -> MessageT:
        """What is on a board; waits for the first message."""
        return _decode(kind, self._client.sample(table_name(kind, self.run_id)))

    def subscribe(self, kind: type[MessageT], size: int) -> "Inbox[MessageT]":
        """Receives all messages of a queue from now on, and holds at most `2 size` ready."""
        return Inbox(self._client, table_name(kind, self.run_id), lambda arrays: _decode(kind, arrays), size)

    def stream_rows(self) -> ItemWriter:
        """Sends blocks of packed transitions, each with the number of rows that are meant.

        It waits while `MAX_BLOCKS_IN_FLIGHT` are on their way.
        """
        return self._client.stream_into(table_name(TRANSITIONS, self.run_id), MAX_BLOCKS_IN_FLIGHT)

    def subscribe_to_rows(self, size: int) -> "Inbox[np.ndarray]":
        """Receives blocks of packed transitions without what only filled them; holds at most `2 size` ready."""
        return Inbox(self._client, table_name(TRANSITIONS, self.run_id), lambda arrays: arrays[0][: arrays[1]], size)


class Inbox(Generic[MessageT]):
    """What comes out of a queue, read in a thread of its own."""

    def __init__(self, client: ReverbClient, table: str, decode: Any, size: int):
        """Made by `Channel`."""
        self._reader = client.stream_from(table, max_in_flight=size)
        self._decode = decode
        self._received: queue.Queue[Any] = queue.Queue(size)
        threading.Thread(target=self._read, daemon=True).start()

    def get(self, timeout: float = 0.0) -> MessageT | None:
        """The next item, or None if there is none within `timeout` seconds."""
        try:
            message: MessageT = self._received.get(timeout > 0, timeout)
        except queue.Empty:
            return None
        return message

    def _read(self) -> None:
        try:
            while True:
                self._received.put(self._decode(next(self._reader)))
        except RuntimeError:
            return  # The server has been stopped by this process.


def _encode(message: Any) -> list[np.ndarray]:
    """The message as JSON, and its array apart."""
    fields = {field.name: getattr(message, field.name) for field in dataclasses.fields(message)}
    array = fields.pop("array", None)
    text = np.frombuffer(json.dumps(fields, default=dataclasses.asdict).encode(), np.uint8)
    return [text] if array is None else [text, array]


def _decode(kind: type[MessageT], arrays: list[np.ndarray]) -> MessageT:
    # Every array has a dimension of one step in front.
    fields = json.loads(arrays[0].tobytes())
    if len(arrays) > 1:
        fields["array"] = arrays[1][0]
    if kind is Notice:
        fields["actor_steps_by_index"] = {int(index): steps for index, steps in fields["actor_steps_by_index"].items()}
        fields["welcomes"] = {token: Welcome(**welcome) for token, welcome in fields["welcomes"].items()}
    return kind(**fields)

"""Messages through tables of a Reverb server.

A board holds the latest message of its type; a queue holds each message until it is read.
"""

import contextlib
import queue
import threading
import time
from collections.abc import Callable
from typing import Any, Generic, TypeVar, overload

import numpy as np

from walker_rl.experiments.distributed.wire.codec import (
    ForeignMessageError,
    MessageT,
    decode,
    decode_rows,
    encode,
)
from walker_rl.experiments.distributed.wire.messages import Experiment, Notice, Report, Result, Snapshot, Weights
from walker_rl.experiments.distributed.wire.reverb_client import RETRY_PERIOD, ItemReader, ItemWriter, ReverbClient

ContentT = TypeVar("ContentT")

BOARDS = (Experiment, Notice, Weights, Snapshot)
QUEUES = (Report, Result)
TRANSITIONS = "transitions"

MAX_BLOCKS_IN_FLIGHT = 1
"""Blocks of transitions that an actor may have sent but not yet in the queue before it waits."""

MAX_WARNINGS = 10
"""Total number of warnings about foreign messages, one per sender and table."""


def table_name(kind: type | str, run_id: str) -> str:
    """A table's name, which includes the run's id so that no process ever uses another run's server."""
    return f"{kind if isinstance(kind, str) else kind.__name__.lower()}-{run_id}"


def _print_line(text: str) -> None:
    print(text, flush=True)


class Channel:
    """Sends and reads the messages of one run; a call waits while the server is unavailable.

    A message that violates the protocol is dropped, with one warning per sender.
    """

    def __init__(self, address: str, run_id: str, warn: Callable[[str], None] = _print_line):
        """Connects at the first call.

        Args:
            address: "HOST:PORT" of the server that has the run's tables.
            run_id: the run's id.
            warn: function that prints a warning.
        """
        self.address = address
        self.run_id = run_id
        self._client = ReverbClient(address)
        self._warn = warn
        self._inboxes: list[Inbox[Any]] = []
        self._warned: set[tuple[str, str]] = set()

    def send(self, message: Any) -> None:
        """Puts a message on its board or into its queue."""
        self._client.insert(table_name(type(message), self.run_id), encode(message))

    @overload
    def read(self, kind: type[MessageT]) -> MessageT: ...

    @overload
    def read(self, kind: type[MessageT], convert: Callable[[MessageT], ContentT]) -> ContentT: ...

    def read(self, kind: type[MessageT], convert: Callable[[MessageT], Any] = lambda message: message) -> Any:
        """Returns a board's message as `convert` returns it; waits for one that it can convert."""
        table = table_name(kind, self.run_id)
        while True:
            message = self._understood(table, lambda arrays: decode(kind, arrays, convert), self._client.sample(table))
            if message is not None:
                return message
            time.sleep(RETRY_PERIOD)  # Its rightful sender will replace it.

    def subscribe(self, kind: type[MessageT], size: int) -> "Inbox[MessageT]":
        """Receives all further messages of a queue; holds at most `2 size` ready."""
        return self._inbox(table_name(kind, self.run_id), lambda arrays: decode(kind, arrays), size)

    def stream_rows(self) -> ItemWriter:
        """Sends blocks of packed transitions, each with its number of valid rows.

        Waits while more than `MAX_BLOCKS_IN_FLIGHT` are not stored yet.
        """
        return self._client.stream_into(table_name(TRANSITIONS, self.run_id), MAX_BLOCKS_IN_FLIGHT)

    def subscribe_to_rows(self, row_size: int, size: int) -> "Inbox[np.ndarray]":
        """Receives blocks `[n, row_size]` of packed transitions; holds at most `2 size` ready."""
        return self._inbox(table_name(TRANSITIONS, self.run_id), lambda arrays: decode_rows(row_size, arrays), size)

    def ping(self) -> None:
        """Asks the server for something, for a second at most, so that a wait on a broken connection ends.

        A server gives up a connection that is cut for 20 s, and only the answer to a new request tells its client so.
        """
        with contextlib.suppress(TimeoutError):
            self._client.describe_tables(timeout=1.0)

    def drop(self, table: str, error: ForeignMessageError) -> None:
        """Warns of a message that violates the protocol, once per sender and table."""
        if (table, error.sender) not in self._warned and len(self._warned) < MAX_WARNINGS:
            self._warned.add((table, error.sender))
            dropped = f"dropped a message from {error.sender} to {table} ({error})"
            self._warn(f"warning: {dropped}; further ones are dropped silently")

    def _inbox(self, table: str, decoded: Callable[[list[np.ndarray]], Any], size: int) -> "Inbox[Any]":
        reader = self._client.stream_from(table, max_in_flight=size)
        self._inboxes.append(Inbox(reader, lambda arrays: self._understood(table, decoded, arrays), size))
        return self._inboxes[-1]

    def close(self) -> None:
        """Ends the reading threads, which would otherwise look for a server elsewhere as long as this process lives.

        Closing takes some seconds per inbox while a server in this process serves it, so stop that server first.
        """
        for inbox in self._inboxes:
            inbox.close()

    def _understood(self, table: str, decoded: Callable[[list[np.ndarray]], Any], arrays: list[np.ndarray]) -> Any:
        """Decodes an item; returns None if it is dropped."""
        try:
            return decoded(arrays)
        except ForeignMessageError as error:
            self.drop(table, error)
            return None


class Inbox(Generic[MessageT]):
    """Messages of a queue, read in a separate thread."""

    def __init__(self, reader: ItemReader, decoded: Callable[[list[np.ndarray]], MessageT | None], size: int):
        """Made by `Channel`; `decoded` returns None for an item to drop."""
        self._reader = reader
        self._decoded = decoded
        self._received: queue.Queue[MessageT] = queue.Queue(size)
        threading.Thread(target=self._read, daemon=True).start()

    def get(self, timeout: float = 0.0) -> MessageT | None:
        """Returns the next item, or None if none arrives within `timeout` seconds."""
        try:
            return self._received.get(timeout > 0, timeout)
        except queue.Empty:
            return None

    def close(self) -> None:
        """Stops reading."""
        self._reader.close()

    def _read(self) -> None:
        try:
            while True:
                message = self._decoded(next(self._reader))
                if message is not None:
                    self._received.put(message)
        except RuntimeError:
            return  # This process has closed the inbox, or stopped the server.

"""Reverb's client without TensorFlow, for the many actor processes.

`import reverb` imports all of TensorFlow, which costs seconds per start and 370 MB per process. Reverb's compiled
library needs only TensorFlow's framework library.
"""

import contextlib
import ctypes
import importlib.machinery
import importlib.util
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

_LIBRARY = "reverb.libpybind"

RETRY_PERIOD = 0.5  # seconds

_NO_TIMEOUT = -1
_SIGNATURE_TIMEOUT = 3_000  # milliseconds


class NoTableError(RuntimeError):
    """The server has no such table, since it is another run's."""


class ReverbClient:
    """Inserts and samples lists of arrays. Every call waits while the server is unavailable."""

    def __init__(self, address: str):
        """Connects to a server at `address`, "HOST:PORT", at the first call."""
        self._client = load_library().Client(address)

    def insert(self, table: str, arrays: list[np.ndarray]) -> None:
        """Stores an item, and returns once the server has it; a restart of the server may store it twice.

        Raises:
            NoTableError: if the server has no such table.
        """
        while True:
            try:
                return self._insert(table, arrays)
            except ValueError:  # The client knows no table of that name.
                raise NoTableError(table) from None
            except RuntimeError:  # The server stopped before it confirmed the item; another may have its address now.
                if self._is_absent(table):
                    raise NoTableError(table) from None
                time.sleep(RETRY_PERIOD)

    def stream_into(self, table: str, max_in_flight: int) -> "ItemWriter":
        """Returns a writer for many items whose arrays have the same shapes."""
        return ItemWriter(self._client, table, max_in_flight)

    def sample(self, table: str) -> list[np.ndarray]:
        """Returns the arrays of one item; waits for the first.

        Raises:
            NoTableError: if the server has no such table.
        """
        return next(self.stream_from(table, max_in_flight=1))

    def stream_from(self, table: str, max_in_flight: int) -> "ItemReader":
        """Returns an endless iterator over items, which fetches up to `max_in_flight` ahead."""
        return ItemReader(self._client, table, max_in_flight)

    def describe_tables(self, timeout: float) -> bytes:
        """Returns the server's description of its tables: protocol buffers with their names in plain text.

        Raises:
            TimeoutError: if there is no answer within `timeout` seconds.
        """
        try:
            return b"\n".join(self._client.ServerInfo(max(1, round(timeout))))
        except RuntimeError as error:
            raise TimeoutError(str(error)) from None

    def _is_absent(self, table: str) -> bool:
        """Returns True if a server answers that has no such table."""
        try:
            return table.encode() not in self.describe_tables(timeout=1.0)
        except TimeoutError:
            return False

    def _insert(self, table: str, arrays: list[np.ndarray]) -> None:
        writer = self._client.NewWriter(1, 1, False, 1)  # one step an item, not delta-encoded, one in flight
        writer.Append(arrays)
        writer.CreateItem(table, 1, 1.0)
        writer.Flush()
        writer.Close(True)


class ItemWriter:
    """Stores items without waiting for each."""

    def __init__(self, client: Any, table: str, max_in_flight: int):
        """Made by `ReverbClient.stream_into`."""
        options = load_library().ConstantChunkerOptions(max_chunk_length=1, num_keep_alive_refs=1)
        self._writer = client.NewTrajectoryWriter(options, _SIGNATURE_TIMEOUT)
        self._table = table
        self._max_in_flight = max_in_flight

    def insert(self, *arrays: np.ndarray) -> None:
        """Sends an item; waits while more than `max_in_flight` are not stored yet.

        Raises:
            NoTableError: if the server has no such table.
        """
        references = self._writer.Append(list(arrays))
        self._writer.CreateItem(self._table, 1.0, [[reference] for reference in references], [True] * len(references))
        with _absence_of(self._table):
            self._writer.Flush(self._max_in_flight, _NO_TIMEOUT)

    def finish(self) -> None:
        """Waits until all items are stored; the destructor would block all other threads meanwhile.

        Raises:
            NoTableError: if the server has no such table.
        """
        with _absence_of(self._table):
            self._writer.Flush(0, _NO_TIMEOUT)

    def close(self) -> None:
        """Stops sending at once; without it, the destructor prints a complaint about items that are not stored."""
        self._writer.Close()


class ItemReader:
    """Iterates over items."""

    def __init__(self, client: Any, table: str, max_in_flight: int):
        """Made by `ReverbClient.stream_from`."""
        self._sampler = client.NewSampler(table, sys.maxsize, max_in_flight)
        self._table = table

    def __next__(self) -> list[np.ndarray]:
        """Returns the arrays of the next item; waits for it.

        Raises:
            NoTableError: if the server has no such table.
        """
        with _absence_of(self._table):
            _key, _probability, _table_size, _priority, *arrays = self._sampler.GetNextTrajectory()
        return arrays

    def close(self) -> None:
        """Stops reading; a thread that waits for the next item gets a `RuntimeError`."""
        self._sampler.Close()


@contextlib.contextmanager
def _absence_of(table: str) -> Iterator[None]:
    """Raises `NoTableError` for Reverb's error that names the table."""
    try:
        yield
    except RuntimeError as error:
        if table not in str(error):
            raise
        raise NoTableError(table) from None


def load_library() -> ModuleType:
    """Loads Reverb's compiled library under the name that a later `import reverb` uses."""
    if _LIBRARY not in sys.modules:
        ctypes.CDLL(str(_folder("tensorflow") / "libtensorflow_framework.so.2"))
        path = str(_folder("reverb") / "libpybind.so")
        loader = importlib.machinery.ExtensionFileLoader(_LIBRARY, path)
        module = importlib.util.module_from_spec(importlib.machinery.ModuleSpec(_LIBRARY, loader, origin=path))
        sys.modules[_LIBRARY] = module
        loader.exec_module(module)
    return sys.modules[_LIBRARY]


def _folder(package: str) -> Path:
    """The folder of an installed package, found without importing it."""
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise ImportError(f"{package} is not installed")
    return Path(spec.origin).parent

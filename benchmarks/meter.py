"""The counter of a contestant. Standard library only: contestants run in other Python environments."""

import mmap
import os
import struct

VARIABLE = "BENCHMARK_METER"
"""Environment variable with the path of the count's file, for contestants."""

_FORMAT = struct.Struct("q")


class Meter:
    """A count in a file that two processes map into their memory."""

    def __init__(self, path: str | None = None) -> None:
        """Opens `path`, which is made if needed, or the file named in the environment variable."""
        with open(path or os.environ[VARIABLE], "a+b") as file:
            file.truncate(_FORMAT.size)
            self._memory = mmap.mmap(file.fileno(), _FORMAT.size)
        self._num_ticks = 0

    @property
    def count(self) -> int:
        """Units of work done; 0 while the contestant warms up."""
        return int(_FORMAT.unpack_from(self._memory)[0])

    def tick(self) -> None:
        """Counts one unit; only for the contestant."""
        self.set(self._num_ticks + 1)

    def set(self, count: int) -> None:
        """Sets the count; only for the contestant."""
        self._num_ticks = count
        _FORMAT.pack_into(self._memory, 0, count)

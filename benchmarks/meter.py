"""How a contestant tells how far it is. Standard library only: contestants run in environments of their own."""

import mmap
import os
import struct

VARIABLE = "BENCHMARK_METER"
"""Names the file of the count, in a contestant's process."""

_FORMAT = struct.Struct("q")


class Meter:
    """A count in a file that two processes map into their memory."""

    def __init__(self, path: str | None = None) -> None:
        """Opens `path`, which is made if need be; None: what the conductor has named."""
        with open(path or os.environ[VARIABLE], "a+b") as file:
            file.truncate(_FORMAT.size)
            self._memory = mmap.mmap(file.fileno(), _FORMAT.size)
        self._num_ticks = 0

    @property
    def count(self) -> int:
        """Units that the contestant has done; 0 while the contestant warms up."""
        return int(_FORMAT.unpack_from(self._memory)[0])

    def tick(self) -> None:
        """Counts one unit; the contestant alone does."""
        self.set(self._num_ticks + 1)

    def set(self, count: int) -> None:
        """Has counted so many units; the contestant alone does."""
        self._num_ticks = count
        _FORMAT.pack_into(self._memory, 0, count)

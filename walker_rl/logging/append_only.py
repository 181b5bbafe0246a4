"""A file that grows by whole writes."""

import contextlib
import errno
import os
from collections.abc import Iterator
from pathlib import Path


class AppendOnlyFile:
    """What is written is in the file when `write` returns, or no part of it is; then it goes there with the next."""

    def __init__(self, path: Path):
        """Appends to `path`, or makes it."""
        self._path = path
        self._file = path.open("ab", buffering=0)
        self._unwritten = b""

    def write(self, content: bytes) -> None:
        """Appends `content`.

        Raises:
            OSError: if the disk takes no more; the file is as it was, and `content` waits for the next call.
        """
        position = self.position
        self._unwritten += content
        try:
            if self._file.write(self._unwritten) != len(self._unwritten):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        except OSError as error:
            os.ftruncate(self._file.fileno(), position)
            raise OSError(error.errno, error.strerror, str(self._path)) from None
        self._unwritten = b""

    @contextlib.contextmanager
    def now_or_never(self) -> Iterator[None]:
        """Drops a write that the disk does not take, in place of keeping it for the next call."""
        unwritten = self._unwritten
        try:
            yield
        except OSError:
            self._unwritten = unwritten
            raise

    @property
    def position(self) -> int:
        """Bytes in the file."""
        return os.fstat(self._file.fileno()).st_size

    def sync(self) -> None:
        """Returns when all that was written is on the disk, where it outlives the machine.

        Raises:
            OSError: if the disk refuses it.
        """
        os.fsync(self._file.fileno())

    def truncate(self, position: int) -> None:
        """Drops all after `position`."""
        self._unwritten = b""
        os.ftruncate(self._file.fileno(), position)

    def close(self) -> None:
        """Closes the file.

        Raises:
            OSError: if something still waits, and the disk does not take it.
        """
        if self._unwritten:
            self.write(b"")
        self._file.close()

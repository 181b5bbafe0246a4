"""A file that grows by whole writes."""

import contextlib
import errno
import os
from collections.abc import Iterator
from pathlib import Path


class AppendOnlyFile:
    """Appends each write whole or not at all; a failed write is retried with the next."""

    def __init__(self, path: Path):
        """Opens `path` to append, or creates it."""
        self._path = path
        self._file = path.open("ab", buffering=0)
        self._unwritten = b""

    def write(self, content: bytes) -> None:
        """Appends `content`.

        Raises:
            OSError: if the write fails; the file is unchanged, and the next call retries `content`.
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
        """Drops a write that fails in the block, instead of retrying it with the next."""
        unwritten = self._unwritten
        try:
            yield
        except OSError:
            self._unwritten = unwritten
            raise

    @property
    def position(self) -> int:
        """Number of bytes in the file."""
        return os.fstat(self._file.fileno()).st_size

    def sync(self) -> None:
        """Waits until everything written is on the disk, safe from a crash of the machine.

        Raises:
            OSError: if the disk fails.
        """
        os.fsync(self._file.fileno())

    def truncate(self, position: int) -> None:
        """Drops everything after byte `position`."""
        self._unwritten = b""
        os.ftruncate(self._file.fileno(), position)

    def close(self) -> None:
        """Closes the file.

        Raises:
            OSError: if a failed write fails again.
        """
        if self._unwritten:
            self.write(b"")
        self._file.close()

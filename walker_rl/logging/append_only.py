"""A file that grows by whole writes."""

import errno
import os
from pathlib import Path


class AppendOnlyFile:
    """What is written is in the file when `write` returns, or no part of it is."""

    def __init__(self, path: Path):
        """Appends to `path`, or makes it."""
        self._path = path
        self._file = path.open("ab", buffering=0)

    def write(self, content: bytes) -> None:
        """Appends `content`.

        Raises:
            OSError: if the disk takes no more; the file is as it was.
        """
        position = self.position
        try:
            if self._file.write(content) != len(content):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        except OSError as error:
            self.truncate(position)
            raise OSError(error.errno, error.strerror, str(self._path)) from None

    @property
    def position(self) -> int:
        """Bytes in the file."""
        return os.fstat(self._file.fileno()).st_size

    def truncate(self, position: int) -> None:
        """Drops all after `position`."""
        os.ftruncate(self._file.fileno(), position)

    def close(self) -> None:
        """Closes the file."""
        self._file.close()

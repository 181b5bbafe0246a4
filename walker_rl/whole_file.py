"""Files written whole or not at all: under a temporary name, and renamed once they are on the disk."""

import contextlib
import errno
import os
from collections.abc import Iterator
from pathlib import Path
from typing import IO


@contextlib.contextmanager
def whole_file(path: Path) -> Iterator[IO[bytes]]:
    """Yields a file to write, which replaces `path` at the end of the block.

    If the block raises, `path` is unchanged and the temporary file is removed.

    Raises:
        OSError: if it can't be written, or is no regular file, as /dev/null.
    """
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    if path.exists() and not path.is_file():
        raise OSError(errno.EINVAL, "it is no file of a disk", str(path))
    part = path.parent / f"{path.name}.part"
    with part.open("wb") as file:
        try:
            yield file
            file.flush()
            os.fsync(file.fileno())
            part.replace(path)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):  # Some network disks can't do it for a folder.
            raise
    finally:
        os.close(folder)


def write_whole_text(path: Path, text: str) -> None:
    """Replaces the content of `path` as `whole_file` does; file names in `text` may hold any bytes."""
    with whole_file(path) as file:
        file.write(text.encode(errors="surrogateescape"))

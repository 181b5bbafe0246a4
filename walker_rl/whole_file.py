"""A file that is whole or not there: written aside, and renamed when all of it is on the disk."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import IO


@contextlib.contextmanager
def whole_file(path: Path) -> Iterator[IO[bytes]]:
    """Gives a file to write that takes the place of `path` at the end of the block.

    If the block raises, what was at `path` is still there, and nothing is left beside it.

    Raises:
        OSError: if it can't be written.
    """
    part = path.with_name(path.name + ".part")
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
    finally:
        os.close(folder)


def write_whole_text(path: Path, text: str) -> None:
    """Replaces what `path` holds, as `whole_file` does; the name of a file in `text` may be any bytes."""
    with whole_file(path) as file:
        file.write(text.encode(errors="surrogateescape"))

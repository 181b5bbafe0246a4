"""Files written whole or not at all: under a temporary name, and renamed once they are on the disk."""

import contextlib
import errno
import os
import secrets
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO

from walker_rl.files.locks import try_lock

MAX_NAME_SIZE = 255
"""Most bytes of a file's name."""

_PART = f"*.{'[0-9a-f]' * 8}.part"


def part_of(path: Path) -> Path:
    """Returns a temporary name beside `path`, another one each time, so that it is nobody's file."""
    end, name = f".{secrets.token_hex(4)}.part", path.name
    while len(os.fsencode(name + end)) > MAX_NAME_SIZE:
        name = name[:-1]
    return path.with_name(name + end)


def is_part(path: Path) -> bool:
    """Returns True for the name of a temporary file."""
    return path.match(_PART)


def remove_parts(folder: Path) -> None:
    """Removes the temporary files and folders that killed processes have left in a folder and the folders in it."""
    for part in [*folder.glob(_PART), *folder.glob(f"*/{_PART}")]:
        with contextlib.suppress(OSError):  # One that can't be removed costs only its place.
            if part.is_dir():
                shutil.rmtree(part)
                continue
            with part.open("r+b") as file:  # Network disks lock only what is open for writing.
                if try_lock(file):
                    part.unlink()


@contextlib.contextmanager
def whole_file(path: Path) -> Iterator[IO[bytes]]:
    """Yields a file to write, which replaces `path`, or the file that it links to, at the end of the block.

    If the block raises, `path` is unchanged and the temporary file is removed.

    Raises:
        OSError: if it can't be written, or is not a regular file, as /dev/null.
    """
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    if path.exists() and not path.is_file():
        raise OSError(errno.EINVAL, "it is not a regular file", str(path))
    target = Path(os.path.realpath(path))
    part = part_of(target)
    file = part.open("xb")
    try:
        try_lock(file)  # Marks it as in use.
        yield file
        file.flush()
        os.fsync(file.fileno())
        file.close()
        part.replace(target)
    except BaseException:
        for clean_up in (file.close, part.unlink):
            with contextlib.suppress(OSError):  # The first error is the one to report.
                clean_up()
        raise
    folder = os.open(target.parent, os.O_RDONLY)
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


def write_whole_texts(texts: Mapping[Path, str]) -> None:
    """Replaces the contents of several files as `write_whole_text` does; of none if the disk is full."""
    with contextlib.ExitStack() as files:
        for path, text in texts.items():
            file = files.enter_context(whole_file(path))
            file.write(text.encode(errors="surrogateescape"))
            file.flush()
            os.fsync(file.fileno())  # Before any is renamed.

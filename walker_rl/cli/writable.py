"""Folders and files that a command writes to."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from walker_rl.files.outputs import check_writable, writing
from walker_rl.files.whole_file import whole_file

_MUST = "be a folder that can be written to"


def make_writable(folder: Path, name: str) -> None:
    """Makes the folder of the option `name` and checks that it takes files; raises as `writing` does."""
    with writing(name, folder, _MUST):
        folder.mkdir(parents=True, exist_ok=True)
    check_writable(name, folder, _MUST)


@contextlib.contextmanager
def writable(folder: Path, name: str) -> Iterator[None]:
    """Makes the folder of the option `name`, for the block to write to; raises as `writing` does."""
    make_writable(folder, name)
    with writing(name, folder, _MUST):
        yield


@contextlib.contextmanager
def output_file(path: Path) -> Iterator[IO[bytes]]:
    """Opens the file of `--output` as `whole_file` does, in a folder that is made if missing; raises as `writing`."""
    with writing("output", path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with whole_file(path) as file:
            yield file

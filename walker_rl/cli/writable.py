"""Folders that a command writes to."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from walker_rl.files.outputs import writing


@contextlib.contextmanager
def writable(folder: Path, name: str) -> Iterator[None]:
    """Makes the folder of the option `name`, for the block to write to; raises as `writing` does."""
    with writing(name, folder, "be a folder that can be written to"):
        folder.mkdir(parents=True, exist_ok=True)
        yield

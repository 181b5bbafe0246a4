"""Folders that a command writes to."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from walker_rl.errors import UserError, os_error_as


@contextlib.contextmanager
def writable(folder: Path, name: str) -> Iterator[None]:
    """Makes the folder of the option `name`; an OSError of the block becomes a `UserError`."""
    with os_error_as(UserError, f"{name} = {folder}: must be a folder that can be written to"):
        folder.mkdir(parents=True, exist_ok=True)
        yield

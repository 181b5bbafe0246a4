"""One user of a folder at a time."""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from walker_rl.errors import UserError


@contextlib.contextmanager
def locked_folder(folder: Path, refusal: str, *, shared: bool = False) -> Iterator[int]:
    """Locks `folder` until the process is gone or the context is left; yields the descriptor that holds the lock.

    Args:
        folder: exists.
        refusal: what is said if it is locked already.
        shared: let others in who share it, too.

    Raises:
        UserError: if it is locked already.
    """
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UserError(refusal) from None
        yield descriptor
    finally:
        os.close(descriptor)

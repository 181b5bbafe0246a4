"""Locks on open files, which end with the process that holds them."""

import contextlib
import errno
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from walker_rl.errors import RunError, UserError, reason_of
from walker_rl.files.outputs import check_writable, writing

LOCK = ".lock"
"""File whose lock stands for that of its folder: a network disk passes on locks of files only."""


def try_lock(file: int | IO[bytes], *, shared: bool = False) -> bool:
    """Locks a file until it is closed or this process ends.

    Where the file system has no locks, nothing is locked.

    Args:
        file: the open file, or its descriptor.
        shared: whether it is a lock that does not exclude others of its kind.

    Returns:
        False if it is locked already.

    Raises:
        OSError: if the disk fails.
    """
    try:
        fcntl.flock(file, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        if error.errno not in (errno.ENOLCK, errno.ENOSYS, errno.ENOTSUP):  # Some network disks have no locks.
            raise
    return True


@contextlib.contextmanager
def locked_folder(folder: Path, refusal: UserError, *, shared: bool = False) -> Iterator[int]:
    """Locks `folder` until the context or the process ends; yields the descriptor that holds the lock.

    The file that is locked stays in the folder. Where the file system has no locks, nothing is locked.

    Raises:
        UserError: `refusal`, if it is locked already; `shared` locks do not exclude each other.
        OSError: if the file can't be opened.
    """
    descriptor = _opened(folder / LOCK)
    try:
        if not try_lock(descriptor, shared=shared) or not _is_at(folder / LOCK, descriptor):
            raise refusal
        yield descriptor
    finally:
        os.close(descriptor)


def _opened(lock: Path) -> int:
    try:
        return os.open(lock, os.O_RDWR | os.O_CREAT, 0o666)  # Network disks lock only what can be written.
    except PermissionError:  # Another user's, which a local disk locks all the same.
        return os.open(lock, os.O_RDONLY)


def _is_at(lock: Path, descriptor: int) -> bool:
    """Returns False if the file was deleted before it was locked, together with a new run directory that failed."""
    try:
        return os.path.samestat(os.stat(lock), os.fstat(descriptor))
    except FileNotFoundError:
        return False


@contextlib.contextmanager
def locked_output(output: Path, user: str, *, shared: bool = False) -> Iterator[int]:
    """Makes a folder of many runs and locks it for a `user`, "sweep" or "search", as `locked_folder` does.

    Raises:
        UserError: if it can't be made or written to, or is locked already.
        RunError: if the disk is full, or the block raises an OSError.
    """
    with writing("output", output):
        Path(os.path.realpath(output)).mkdir(parents=True, exist_ok=True)  # It may be a dangling link.
    check_writable("output", output)
    refusal = UserError(f"output = {output}: must not be in use by another {user}")
    with contextlib.ExitStack() as stack:
        with writing("output", output):
            descriptor = stack.enter_context(locked_folder(output, refusal, shared=shared))
        try:
            yield descriptor
        except OSError as error:
            advice = "the same command resumes once that is fixed"
            raise RunError(f"{error.filename or output}: {reason_of(error)}; {advice}") from None

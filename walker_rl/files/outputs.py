"""Outputs that can't be written: the one rule for the exit status and the line."""

import contextlib
import errno
import tempfile
from collections.abc import Iterator
from pathlib import Path

from walker_rl.errors import RunError, UserError, reason_of

_FAILURES = {errno.EDQUOT, errno.EFBIG, errno.EIO, errno.ENOSPC, None}
"""Reasons that lie in the disk, whatever the path; None is that of HDF5, whose errors have no number."""


@contextlib.contextmanager
def writing(name: str, path: Path, must: str = "be writable") -> Iterator[None]:
    """Turns an OSError of the block into one line.

    Args:
        name: option or field that gives the output.
        path: its value.
        must: requirement that a refused path does not meet.

    Raises:
        UserError: if nothing can be written to `path`, as in a read-only folder.
        RunError: if the disk is full or fails.
    """
    try:
        yield
    except OSError as error:
        reason = reason_of(error)
        if error.errno in _FAILURES:
            raise RunError(f"{path}: not written: {reason}") from None
        raise UserError(f"{name} = {path}: must {must} ({reason})") from None


@contextlib.contextmanager
def failing_as_run_error(path: Path) -> Iterator[None]:
    """Turns an OSError raised while `path` is made, as by a temporary folder, into a `RunError` that names both."""
    try:
        yield
    except OSError as error:
        culprit = f"{error.filename}: " if error.filename else ""
        raise RunError(f"{path}: not written: {culprit}{reason_of(error)}") from error


def check_suffix(output: Path, *suffixes: str) -> None:
    """Checks that the name of an output ends as its kind does, so that it replaces no file of another kind.

    Raises:
        UserError: if it has none of these suffixes.
    """
    if output.suffix.lower() not in suffixes:
        raise UserError(f"output = {output}: must end in {' or '.join(suffixes)}")


def check_writable(name: str, folder: Path, must: str = "be writable") -> None:
    """Checks that an existing folder takes files; raises as `writing` does."""
    with writing(name, folder, must):
        tempfile.TemporaryFile(dir=folder).close()

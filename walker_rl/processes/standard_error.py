"""Writes to a standard error that may be closed, full, or a pipe that nobody reads."""

import contextlib
import os
import sys


def write_to_stderr(text: str) -> None:
    """Writes as much of `text` as possible, without buffering or raising, so that signal handlers may call it."""
    if sys.stderr is None:  # Closed from the start: descriptor 2 may be a file of the run.
        return
    with contextlib.suppress(OSError):
        os.write(2, text.encode(errors="replace"))  # A signal may have interrupted print.

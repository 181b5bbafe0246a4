"""Standard error, where it may be closed, full, or a pipe that nobody reads."""

import contextlib
import os
import sys


def write_to_stderr(text: str) -> None:
    """Writes as much of `text` as can be written, at once; never raises, so that a signal handler may call it."""
    if sys.stderr is None:  # Closed from the start; its number may be that of a file of the run by now.
        return
    with contextlib.suppress(OSError):
        os.write(2, text.encode(errors="replace"))  # print could be in the middle of another line

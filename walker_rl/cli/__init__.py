"""The command walker-rl, one file per command; a command imports what is heavy when it runs."""

import io
import sys
from collections.abc import Sequence

from walker_rl.processes.exit_statuses import INTERRUPTED


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command as `app.main` does; Ctrl-C during its imports ends without a traceback, too."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # A path may have characters that the locale lacks.
    try:
        from walker_rl.cli import app

        return app.main(arguments)
    except KeyboardInterrupt:
        return INTERRUPTED

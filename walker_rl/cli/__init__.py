"""The command walker-rl, one file per command; a command imports what is heavy when it runs."""

import sys
from collections.abc import Sequence

from walker_rl.processes.exit_statuses import FAILED, INTERRUPTED, REFUSED
from walker_rl.stack import platform_problem
from walker_rl.terminal.streams import take_streams

WORKING = {"train", "launch", "node", "sweep", "tune", "cluster"}
"""Commands that are not run for what they print."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command as `app.main` does; Ctrl-C during its imports ends without a traceback, too.

    A reader who leaves, as in `walker-rl train d4pg | head -n 1`, costs the text. So does a full disk, but there a
    command that is run for its text fails.
    """
    if problem := platform_problem():
        print(f"error: {problem}", file=sys.stderr)
        return REFUSED
    words = sys.argv[1:] if arguments is None else arguments
    works = bool(words) and words[0] in WORKING
    outputs = take_streams(may_block=not works)
    try:
        from walker_rl.cli import app

        status = app.main(words)
    except KeyboardInterrupt:
        status = INTERRUPTED
    for output in outputs:
        output.finish()
    failure = outputs[0].failure if outputs and not works else None
    if failure and not isinstance(failure, BrokenPipeError):
        print(f"error: standard output: {failure.strerror}", file=sys.stderr)
        return FAILED
    return status

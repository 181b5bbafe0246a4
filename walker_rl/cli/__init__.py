"""The command walker-rl, whose sub-commands are in `commands`; heavy imports wait until a command runs."""

import os
import signal
import sys
from collections.abc import Sequence

from walker_rl.errors import reason_of
from walker_rl.processes.exit_statuses import FAILED, INTERRUPTED, REFUSED
from walker_rl.processes.signals import REQUESTS, StopSignals
from walker_rl.runtime import set_environment
from walker_rl.stack import platform_problem
from walker_rl.terminal.streams import take_streams

WORKING = {"train", "launch", "node", "sweep", "tune", "cluster"}
"""Commands that continue even if their output can't be written."""

PRINTING = {"--help", "-h", "--dry-run"}
"""Options with which even these commands only print."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command as `app.main` does; Ctrl-C prints no traceback, even during imports.

    Like Ctrl-C, SIGTERM and the signals of a lost terminal or a batch system end a command that only prints, or is not
    in `WORKING`.

    If the reader leaves, as in `walker-rl train d4pg | head -n 1`, further text is lost. The same holds for a full
    disk, except that such a command then fails.
    """
    if problem := platform_problem():
        print(f"error: {problem}", file=sys.stderr)
        return REFUSED
    words = sys.argv[1:] if arguments is None else arguments
    works = bool(words) and words[0] in WORKING and PRINTING.isdisjoint(words)
    outputs = take_streams(may_block=not works)
    if outputs and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # Before and after the command, Python's would print a traceback.
    numbers = (signal.SIGINT,) if works else REQUESTS
    signals = StopSignals([number for number in numbers if signal.getsignal(number) != signal.SIG_IGN])
    with signals:
        try:
            signals.raise_at_once()  # A half-written output is then removed.
            status = _run(words)
        except KeyboardInterrupt:
            status = INTERRUPTED
    for output in outputs:
        output.finish()
    status = signals.exit_status or status
    failure = outputs[0].failure if outputs and not works else None
    if failure and not isinstance(failure, BrokenPipeError):
        print(f"error: standard output: {reason_of(failure)}", file=sys.stderr)
        return FAILED
    return status


def _run(words: Sequence[str]) -> int:
    set_environment()  # Before a command imports NumPy.
    os.environ.pop("MPLBACKEND", None)  # Matplotlib fails if it lacks this backend, and figures need none.
    os.environ["MATPLOTLIBRC"] = os.devnull  # Nor do they need a user's settings, which may be damaged.
    from walker_rl.cli import app

    return app.main(words)

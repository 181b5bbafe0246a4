"""The page of a run beside its training: a child process serves it, which costs the training no time."""

import contextlib
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

from walker_rl.errors import reason_of
from walker_rl.processes.child import Child, end_children, start_child


@contextlib.contextmanager
def served_beside(listener: socket.socket, path: Path, log: Path) -> Iterator[None]:
    """Serves a run's page until the context ends; prints a warning if it can't be served.

    Args:
        listener: socket that listens, closed here. It may have been opened before this process entered a private
            network, and is then still reached from outside.
        path: the run directory.
        log: file for the server's errors.
    """
    command = [sys.executable, "-m", "walker_rl.watch", str(path), str(listener.fileno())]
    children: list[Child] = []
    with listener:
        try:
            children = [start_child(command, log, inherited=(listener.fileno(),))]
        except OSError as error:
            print(f"warning: there is no page: {error.filename or command[0]}: {reason_of(error)}", flush=True)
    try:
        yield
    finally:
        end_children(children, seconds=1.0, is_urgent=lambda: False)

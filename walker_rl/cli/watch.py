"""`walker-rl watch RUN`: a page that shows runs while they train."""

import os
import shlex
import socket
from pathlib import Path
from typing import Annotated

import typer

from walker_rl.cli.program import as_word, command_line, typed
from walker_rl.errors import UserError

PORT = 8642

Watch = Annotated[bool, typer.Option("--watch", help="Serve the page of `walker-rl watch` until the training ends.")]


def watch_runs(
    path: Annotated[
        Path, typer.Argument(metavar="RUN", help="A run directory, or a folder of them, such as a sweep's.")
    ] = Path("runs"),
    port: Annotated[
        int, typer.Option(min=0, max=65535, metavar="PORT", help="Port to listen on; 0 takes any free one.")
    ] = PORT,
) -> None:
    """Show runs on a page while they train: curves, losses, alarms, films.

    The page is for browsers on this machine alone. It only reads the run directories of train, launch, sweep and tune,
    so it can be opened and closed at any time. Ctrl-C ends it.
    """
    from walker_rl.watch.server import WatchServer, address_of, listen

    if not os.path.isdir(path):  # Also False where the path can't be accessed.
        raise UserError(f"run = {path}: must be a run directory or a folder of them")
    with WatchServer(path, listen(port)) as server:
        print(f"Watching {path} on {address_of(server.socket)}", flush=True)
        server.serve_forever()


def page_listener(is_asked_for: bool) -> socket.socket | None:
    """Opens the socket of the page that `--watch` asks for, on the default port or, if that is taken, on a free one."""
    from walker_rl.watch.server import listen

    if not is_asked_for:
        return None
    try:
        return listen(PORT)
    except UserError:
        return listen(0)


def where_to_look(path: Path, tensorboard: Path, page: str = "") -> str:
    """Returns a line with the ways to look at a run, or a folder of runs, and its event files.

    Args:
        path: the run, or the folder.
        tensorboard: folder of event files.
        page: address of the page, if it is served already.
    """
    event_files = shlex.join([typed("tensorboard"), "--logdir", as_word(tensorboard)])
    return f"To watch: {page or command_line('watch', path)}, or {event_files}"

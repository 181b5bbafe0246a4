"""`walker-rl watch RUN`: a page that shows runs while they train."""

import shlex
from pathlib import Path
from typing import Annotated

import typer

from walker_rl.cli.program import typed
from walker_rl.cli.request import command_line

PORT = 8642


def watch_runs(
    path: Annotated[
        Path, typer.Argument(metavar="RUN", help="A run directory, or a folder of them, as a sweep's.")
    ] = Path("runs"),
    port: Annotated[int, typer.Option(min=0, max=65535, help="To listen on; 0 takes any that is free.")] = PORT,
) -> None:
    """Show runs on a page while they train: curves, losses, alarms, films.

    The page is for browsers on this machine alone. It only reads the run directories of train, launch, sweep and tune,
    so it can be opened and closed at any time. Ctrl-C ends it.
    """
    from walker_rl.errors import UserError
    from walker_rl.watch.server import HOST, WatchServer

    if not path.is_dir():
        raise UserError(f"run = {path}: must be a run directory or a folder of them")
    with WatchServer(path, port) as server:
        print(f"Watching {path} on http://{HOST}:{server.port}/", flush=True)
        server.serve_forever()


def where_to_look(path: Path, tensorboard: Path) -> str:
    """Returns a line with the commands that show a run, or a folder of runs, and its event files."""
    event_files = shlex.join([typed("tensorboard"), "--logdir", str(tensorboard)])
    return f"To watch: {command_line('watch', path)}, or {event_files}"

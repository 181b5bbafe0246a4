"""`walker-rl watch RUN`: a page that shows runs while they train."""

import os
from pathlib import Path
from typing import Annotated

import typer

from walker_rl.cli.quantities import integer_option
from walker_rl.cli.run_page import PORT
from walker_rl.errors import UserError


def watch_runs(
    path: Annotated[
        Path, typer.Argument(metavar="RUN", help="A run directory, or a folder of them, such as a sweep's.")
    ] = Path("runs"),
    port: Annotated[
        int, integer_option(min=0, max=65535, metavar="PORT", help="Port to listen on; 0 takes any free one.")
    ] = PORT,
) -> None:
    """Show runs on a page while they train: curves, losses, alarms, films.

    The page is for browsers on this machine alone. It only reads the run directories of train, launch, sweep and tune,
    so it can be opened and closed at any time. Ctrl-C ends it.
    """
    from walker_rl.watch.server import WatchServer, address_of, listen

    if not os.path.isdir(path):  # Also False where the path can't be accessed.
        problem = "" if os.path.lexists(path) else "does not exist; "
        raise UserError(f"run = {path}: {problem}must be a run directory or a folder of them")
    with WatchServer(path, listen(port)) as server:
        print(f"Watching {path} on {address_of(server.socket)}", flush=True)
        server.serve_forever()

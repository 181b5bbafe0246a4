"""The page of runs: the option that serves it beside a training, its port, and the line that leads to it."""

import shlex
import socket
from pathlib import Path
from typing import Annotated

import typer

from walker_rl.cli.program import as_word, command_line, typed
from walker_rl.errors import UserError

PORT = 8642

Watch = Annotated[bool, typer.Option("--watch", help="Serve the page of `walker-rl watch` until the run ends.")]


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

"""The command walker-rl: its sub-commands, and the exit status of each failure."""

import contextlib
import os
import sys
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
import typer.core

from walker_rl import __version__
from walker_rl.cli import usage_errors
from walker_rl.cli.commands.cluster import make_cluster_app
from walker_rl.cli.commands.compare import compare_runs
from walker_rl.cli.commands.doctor import check_machine
from walker_rl.cli.commands.evaluate import evaluate_policy
from walker_rl.cli.commands.export import export_policy
from walker_rl.cli.commands.launch import make_launch_app
from walker_rl.cli.commands.list import list_names
from walker_rl.cli.commands.node import run_node
from walker_rl.cli.commands.probe import probe_task
from walker_rl.cli.commands.record import record_episodes
from walker_rl.cli.commands.render import render_policy
from walker_rl.cli.commands.report import report_runs
from walker_rl.cli.commands.sweep import run_sweep
from walker_rl.cli.commands.train import make_train_app
from walker_rl.cli.commands.tune import tune_agent
from walker_rl.cli.commands.watch import watch_runs
from walker_rl.cli.group import Command, Group
from walker_rl.errors import LineError, RunError, RunIsComplete, UserError
from walker_rl.files.outputs import writing
from walker_rl.printable import one_line
from walker_rl.processes.child import tie_to_starter
from walker_rl.processes.exit_statuses import COMPLETE, FAILED, REFUSED
from walker_rl.stack import HAS_TENSORFLOW, lacks

INSTALLING = "--install-completion"
"""Typer's option, which writes to the files of a shell."""

MAX_HELP_WIDTH = 120
"""Maximum characters per line of `--help`."""


class _TrainingFirst(Group):
    """Lists the groups `train`, `launch` and `cluster` before all other commands."""

    def list_commands(self, ctx: Any) -> list[str]:
        return sorted(self.commands, key=lambda name: not isinstance(self.commands[name], typer.core.TyperGroup))


# Plain help and errors: Rich would take four times as long.
app = typer.Typer(
    name="walker-rl",
    cls=_TrainingFirst,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": MAX_HELP_WIDTH},
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


def _print_version(is_asked_for: bool) -> None:
    if is_asked_for:
        print(f"walker-rl {__version__}")
        raise typer.Exit(COMPLETE)


@app.callback()
def walker_rl(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Train, evaluate, render and compare walkers."""


app.add_typer(make_train_app(), name="train")
app.add_typer(make_launch_app(), name="launch")
app.add_typer(make_cluster_app(), name="cluster")
_COMMANDS: dict[str, Callable[..., Any]] = {
    "sweep": run_sweep,
    "watch": watch_runs,
    "evaluate": evaluate_policy,
    "render": render_policy,
    "export": export_policy,
    "record": record_episodes,
    "compare": compare_runs,
    "report": report_runs,
    "probe": probe_task,
    "tune": tune_agent,
    "node": run_node,
    "doctor": check_machine,
    "list": list_names,
}
for _name, _run in _COMMANDS.items():
    app.command(_name, cls=Command)(_run)


def main(words: Sequence[str]) -> int:
    """Runs one command.

    Args:
        words: words after `walker-rl`; empty for `--help`.

    Returns:
        An exit status of `walker_rl.processes.exit_statuses`. Errors that the user can correct are one line on
        standard error.
    """
    # Figures have boxes for letters that their font lacks.
    warnings.filterwarnings("ignore", r"Glyph \d+ |Matplotlib currently does not support \w+ natively")
    try:
        tie_to_starter()
        _check_folder()
        with writing("HOME", Path(os.path.expanduser("~"))) if INSTALLING in words else contextlib.nullcontext():
            return app(words or ["--help"], prog_name="walker-rl", standalone_mode=False) or COMPLETE
    except RunIsComplete as complete:
        print(complete)
        return COMPLETE
    except UserError as error:
        return _fail(error, status=REFUSED)
    except RunError as error:
        return _fail(error, status=FAILED)
    except typer.TyperException as error:
        return _fail(UserError(usage_errors.describe(error)), status=REFUSED)
    except ModuleNotFoundError as error:
        if HAS_TENSORFLOW:
            raise
        return _fail(UserError(lacks(words[0], str(error.name))), status=REFUSED)


def _check_folder() -> None:
    """Refuses to begin in a folder that was deleted meanwhile, which no path can be relative to.

    Raises:
        UserError: if there is no current folder.
    """
    try:
        os.getcwd()
    except FileNotFoundError:
        raise UserError("current folder: must exist, but was deleted") from None


def _fail(error: LineError, status: int) -> int:
    print(f"error: {one_line(str(error))}", file=sys.stderr)
    return status

"""The policy of `evaluate`, `render`, `export` and `record`: a run directory, a policy file, or a pretrained one."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from walker_rl.cli.completion import complete_pretrained
from walker_rl.errors import UserError, did_you_mean, reason_of

if TYPE_CHECKING:
    from walker_rl.policies.policy_file import SavedPolicy

RunArgument = Annotated[
    Path | None, typer.Argument(metavar="RUN", help="A run directory (its best policy) or a policy file.")
]
Pretrained = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="Name of a policy that comes with the package, instead of RUN; see walker-rl list.",
        autocompletion=complete_pretrained,
    ),
]
Trusted = Annotated[
    str | None, typer.Option("--task", metavar="TASK", help="Task of a policy file, if the task is your own code.")
]


def load_policy_asked_for(run: Path | None, pretrained: str | None, trusted: str | None) -> SavedPolicy:
    """Loads the best policy of a run directory, the policy in a file, or a pretrained one.

    Args:
        run: run directory or policy file.
        pretrained: name of a pretrained policy.
        trusted: task whose module may be imported; that of a run directory always may.

    Raises:
        UserError: if there is no such policy, it can't play its task, or not exactly one is requested.
    """
    from walker_rl.policies.player import load_player

    return load_player(policy_path(run, pretrained), trusted, may_import=run is None or os.path.isdir(run))


def policy_path(run: Path | None, pretrained: str | None) -> Path:
    """The file of the policy that `load_policy_asked_for` loads.

    Raises:
        UserError: if there is none, or not exactly one is requested.
    """
    from walker_rl.pretrained import find_pretrained

    if run is not None and pretrained is not None:
        raise UserError(f"run = {run}: must not be given with --pretrained {pretrained}")
    if pretrained is not None:
        return find_pretrained(pretrained).path
    if run is None:
        raise UserError("run: must be given, a run directory or a policy file; or --pretrained NAME")
    return existing_policy_file(run)


def existing_policy_file(path: Path, name: str = "run", others: Sequence[str] = ()) -> Path:
    """The best policy's file if `path` is a run directory, else `path` itself.

    Args:
        path: run directory or policy file.
        name: name of the option or argument, for the error.
        others: names that it also takes.

    Raises:
        UserError: if there is no such file.
    """
    from walker_rl.experiments.run.directory import RunDirectory
    from walker_rl.pretrained import policy_file

    file = policy_file(path)
    try:
        os.stat(file)
    except (FileNotFoundError, NotADirectoryError):
        if RunDirectory(path).exists:
            raise UserError(f"{name} = {path}: must have an evaluation; it has none yet") from None
        problem = "" if os.path.exists(path) else "does not exist; "
        one_of = f"one of {', '.join(others)}, " if others else ""
        near = did_you_mean(str(path), others) or _hint(path)
        raise UserError(f"{name} = {path}: {problem}must be {one_of}a run directory or a policy file{near}") from None
    except OSError as error:
        raise UserError(f"{name} = {path}: cannot be read ({reason_of(error)})") from None
    return file


def default_output(run: Path | None, pretrained: str | None, in_run: str) -> Path:
    """The file that a command writes by default.

    Args:
        run: run directory or policy file.
        pretrained: name of a pretrained policy.
        in_run: path of the file in a run directory; otherwise the file has the policy's name and this one's suffix.
    """
    suffix = Path(in_run).suffix
    if run is None:
        return Path(f"{pretrained}{suffix}")
    return run / in_run if os.path.isdir(run) else run.with_name(f"{run.name.removesuffix('.npz')}{suffix}")


def _hint(run: Path) -> str:
    """Returns the end of a message on a path that has no policy, with what may be meant, or ""."""
    from walker_rl.experiments.run.directory import RunDirectory, newest_run
    from walker_rl.pretrained import pretrained_names

    if str(run) in pretrained_names():
        return f"; did you mean --pretrained {run}?"
    meant = run.parent if RunDirectory(run.parent).exists else newest_run(run)
    return f"; did you mean {meant}?" if meant else ""

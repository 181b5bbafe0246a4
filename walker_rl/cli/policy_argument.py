"""The policy of `evaluate`, `render`, `export` and `record`: a run directory, a policy file, or a pretrained one."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from walker_rl.cli.completion import complete_pretrained
from walker_rl.errors import UserError

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
    from walker_rl.experiments.run.directory import RunDirectory
    from walker_rl.pretrained import find_pretrained, policy_file

    if run is not None and pretrained is not None:
        raise UserError(f"run = {run}: must not be given with --pretrained {pretrained}")
    if pretrained is not None:
        return find_pretrained(pretrained).path
    if run is None:
        raise UserError("run: must be given, a run directory or a policy file; or --pretrained NAME")
    path = policy_file(run)
    if not os.path.exists(path):
        if RunDirectory(run).exists:
            raise UserError(f"run = {run}: must have an evaluation; it has none yet")
        if hint := _hint(run):
            raise UserError(f"run = {run}: must be a run directory or a policy file; {hint}")
    return path


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
    """Returns a hint at what may be meant by a path that has no policy, or ""."""
    from walker_rl.experiments.run.directory import newest_run
    from walker_rl.pretrained import pretrained_names

    if str(run) in pretrained_names():
        return f"did you mean --pretrained {run}?"
    newest = newest_run(run)
    return f"did you mean {newest}?" if newest else ""

"""The run that a request asks for: its configuration, and the run to resume with the advice on it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from walker_rl.cli.program import resume_command
from walker_rl.cli.request import Request
from walker_rl.errors import RunIsComplete, UserError
from walker_rl.experiments.config import ExperimentConfig
from walker_rl.printable import format_duration

if TYPE_CHECKING:
    from walker_rl.experiments.run.directory import RunDirectory


def load_request(
    request: Request, runner: str, command: Sequence[str], *, has_network: bool = True
) -> tuple[ExperimentConfig, RunDirectory | None]:
    """Loads the requested configuration, and opens the run to resume without changing it.

    Args:
        request: the user's request.
        runner: "train" or "launch".
        command: the user's command, as in "cluster submit", and its options about processes and machines; both are
            repeated in the command that lengthens a complete run.
        has_network: True if the training process can reach other machines.

    Returns:
        The configuration, and the run to resume or None.

    Raises:
        UserError: if the request is impossible.
        RunIsComplete: if the run to resume is complete.
    """
    from walker_rl.experiments.config_loading import load_config
    from walker_rl.experiments.run.trackers import check_trackers

    run = None
    if request.resume is None:
        config = load_config(request.agent_name, request.files, request.overrides)
    else:
        config, run = _resumed_experiment(request, request.resume, runner, command)
    check_trackers(config, has_network=has_network)
    return config, run


def _resumed_experiment(
    request: Request, path: Path, runner: str, command: Sequence[str]
) -> tuple[ExperimentConfig, RunDirectory]:
    from walker_rl.experiments.config_loading import load_config
    from walker_rl.experiments.run import resuming
    from walker_rl.experiments.run.directory import open_run_directory

    run = open_run_directory(path)
    resuming.check_same_version(run)
    files = [run.config, *request.files]
    config = load_config(request.agent_name, files, request.overrides)
    if request.more_steps:
        length = f"max_actor_steps={config.max_actor_steps + request.more_steps}"
        config = load_config(request.agent_name, files, [*request.overrides, length])
    if runner != (began_by := run.provenance.runner):
        raise UserError(f"run = {run.path}: must be resumed with walker-rl {began_by}, which began it")
    resuming.check_same_experiment(run, config)
    resuming.check_length(run, config)
    if resuming.is_complete(run, config):
        ending, lengthening = _continuation(run, config)
        name, *options = command
        again = resume_command(name, request.agent_name, path, *options, *lengthening)
        raise RunIsComplete(f"{path} is complete, {ending}: {again}")
    resuming.check_has_checkpoint(run)
    return config, run


def _continuation(run: RunDirectory, config: ExperimentConfig) -> tuple[str, tuple[str, str]]:
    """Describes the end of a complete run; also returns the option with which `--resume` lengthens it."""
    from walker_rl.experiments.run.summary import read_ended_by

    ended_by = read_ended_by(run)
    if ended_by == "return":
        ending = f"with an evaluation that reached {config.target_return:,g}; to continue without that limit"
        return ending, ("--set", "target_return=null")
    if ended_by == "time" and config.max_walltime is not None:
        ending = f"after {format_duration(config.max_walltime)} of training; to train for as long again"
        return ending, ("--for", f"{Decimal(str(2 * config.max_walltime)).normalize():f}s")
    return f"with {config.max_actor_steps:,} steps; to double its length", ("--more-steps", str(config.max_actor_steps))

"""Checks that a run can be resumed with a given configuration, before anything in its directory changes."""

from pathlib import Path

from walker_rl import __version__, stack
from walker_rl.errors import UserError
from walker_rl.experiments.config import MAY_MOVE, ExperimentConfig, differences, to_dict
from walker_rl.experiments.config_loading import as_overrides, config_from_dict, load_config
from walker_rl.experiments.prior import check_same_dataset
from walker_rl.experiments.run.directory import RunDirectory, prior_policy_of
from walker_rl.experiments.run.limits import LIMITS
from walker_rl.experiments.run.provenance import Provenance, commit
from walker_rl.experiments.run.status import read_status
from walker_rl.experiments.run.summary import ending
from walker_rl.experiments.step_files import step_files
from walker_rl.experiments.stored import reading


def check_same_version(run: RunDirectory) -> None:
    """Checks that this version reads the run's configuration as the version that began it.

    Raises:
        NotWholeError: if the run's configuration is damaged.
        UserError: if another version began it, and a field is new, gone, or no longer takes its value.
    """
    began = run.provenance
    stored = run.fields
    try:
        changes = differences(to_dict(config_from_dict(stored)), stored)
    except UserError as error:
        changes = [str(error)]
    if changes and (began.walker_rl, began.commit) != (__version__, commit()):  # Last, because it starts git.
        raise UserError(f"run = {run.path}: must be resumed with {_version(began)}, which began it; here {changes[0]}")


def check_same_experiment(run: RunDirectory, config: ExperimentConfig) -> None:
    """Checks that a configuration continues the run's experiment.

    Raises:
        NotWholeError: if the run's configuration is damaged.
        UserError: if a field that affects results differs or is missing, the prior has changed, or the run was started
            with the other stack, which rounds differently.
    """
    started = run.provenance
    if started.stack != stack.NAME:
        if not stack.HAS_TENSORFLOW:
            raise UserError(stack.lacks("resume", "TensorFlow"))
        pythons = "Python 3.10 on Linux x86-64" if started.stack == "acme" else "Python 3.11 to 3.13"
        raise UserError(f"run = {run.path}: must be resumed with the {started.stack} stack ({pythons}), which began it")
    for difference in differences(to_dict(config), run.fields):
        raise UserError(f"{difference}: must be as in {run.config} to resume that run")
    check_same_dataset(config, started.prior)
    prior_policy_of(run, config)  # Raises if the run's copy and the file are lost.


def check_length(run: RunDirectory, config: ExperimentConfig) -> None:
    """Checks that a configuration does not shorten the run.

    Raises:
        NotWholeError: if the run's configuration has no `max_actor_steps`.
        UserError: if its `max_actor_steps` is less than the run has trained.
    """
    fields = run.fields
    with reading(run.config, "the length of the run"):
        stored = fields["max_actor_steps"]
    length = load_config(config.agent_name, overrides=as_overrides({"max_actor_steps": stored})).max_actor_steps
    trained = _trained_steps(run)
    may_differ = run.provenance.runner == "launch" or trained == 0  # Actors overshoot; a copy may lack checkpoints.
    if may_differ and (ending(run) == "steps" or trained > length):
        trained = length
    if config.max_actor_steps < trained:
        must = f"must be at least {trained}, the steps that {run.path} has trained"
        raise UserError(f"max_actor_steps = {config.max_actor_steps}: {must}")


def is_complete(run: RunDirectory, config: ExperimentConfig) -> bool:
    """Returns True if the run has ended, and would end there with `config`, whose other limits may differ.

    Changes of its checkpoints, services, processes and the place of its dataset need no new end.
    """
    status = read_status(run.status)  # A launched run writes its summary before it has recorded all.
    ended_by = ending(run) if status is None or status.phase == "complete" else None
    if ended_by is None or (ended_by == "steps" and 0 < _trained_steps(run) < config.max_actor_steps):
        return False
    others = tuple(field for name, field in LIMITS.items() if name != ended_by)
    free_to_change = (*others, *MAY_MOVE, "checkpoint.", "logging.", "distributed.")
    return not differences(to_dict(config), run.fields, free_to_change)


def check_has_checkpoint(run: RunDirectory) -> None:
    """Checks that the run has a checkpoint to resume from, so that no steps are recorded twice.

    Raises:
        UserError: if it has metrics but no checkpoint, or only checkpoints in an old format of `launch`.
    """
    if any(run.checkpoints.glob("gen-*/manifest.json")):
        raise UserError(
            f"run = {run.path}: must be resumed with {_version(run.provenance)}, which wrote its checkpoints"
        )
    if not step_files(run.checkpoints) and any(map(_may_have_rows, run.metrics.glob("*.csv"))):
        raise UserError(f"run = {run.path}: must have a checkpoint to resume from; it has only metrics")


def _may_have_rows(file: Path) -> bool:
    return not file.exists() or file.stat().st_size > 0  # A link may lead to a file that was not copied.


def _trained_steps(run: RunDirectory) -> int:
    status = read_status(run.status)
    return max([status.actor_steps if status else 0, *step_files(run.checkpoints)])


def _version(began: Provenance) -> str:
    return f"walker_rl {began.walker_rl} (commit {began.commit})"

"""Makes the directory of a new run, completely or not at all, or discards it."""

import contextlib
import dataclasses
import os
import shlex
from pathlib import Path

from walker_rl.errors import UserError
from walker_rl.experiments.config import ExperimentConfig
from walker_rl.experiments.prior import PriorPolicy, prior_record, read_prior_policy
from walker_rl.experiments.run.directory import RunDirectory, restore_folders, time_now, write_config
from walker_rl.experiments.run.provenance import provenance
from walker_rl.files.locks import locked_folder
from walker_rl.files.outputs import writing
from walker_rl.files.whole_file import is_part, whole_file
from walker_rl.printable import file_name


class TakenError(UserError):
    """The place of a new run directory is taken."""


def create_run_directory(
    path: Path | None, config: ExperimentConfig, runner: str = "train", prior_policy: PriorPolicy | None = None
) -> RunDirectory:
    """Makes a new run directory, completely or not at all.

    `path` may exist if it holds no file: an empty folder, a link to one, a mount point with its `lost+found`, or what
    remains of a process that was killed while it made this directory.

    Args:
        path: its place; by default `runs/AGENT_TASK_seedSEED_TIME`, with "-2" or a higher number if that is taken.
        config: configuration of the run.
        runner: command that can resume it.
        prior_policy: policy that is played before training; by default the configured one, if any.

    Raises:
        TakenError: if it holds a file or is in use by another process.
        UserError: if it can't be made, or the prior can't be read.
        RunError: if the disk is full.
    """
    if path is not None:
        return _create(path, config, runner, prior_policy)
    name = f"{config.agent_name}_{file_name(config.task)}_seed{config.seed}_{time_now()}"
    path, number = Path("runs", name), 1
    while True:
        try:
            return _create(path, config, runner, prior_policy)
        except TakenError:  # By a training that began in the same second.
            number += 1
            path = path.with_name(f"{name}-{number}")


def _create(path: Path, config: ExperimentConfig, runner: str, prior_policy: PriorPolicy | None) -> RunDirectory:
    run, target = RunDirectory(path), Path(os.path.realpath(path))
    with writing("run_dir", path):
        if os.path.lexists(target) and not target.is_dir():
            raise TakenError(f"run_dir = {path}: must be new or an empty folder")
        is_new = not target.exists()
        target.mkdir(parents=True, exist_ok=True)
        if not run.lock.exists():  # Else a folder that is refused would get one.
            _check_empty(target, path)
        with locked_folder(target, TakenError(f"run_dir = {path}: must not be in use by another process")):
            _check_empty(target, path)
            _fill(run, config, runner, prior_policy or read_prior_policy(config), is_new)
    return run


def _check_empty(target: Path, path: Path) -> None:
    if not all(_may_be_there(entry, target) for entry in target.rglob("*")):
        is_run = RunDirectory(target).config.exists()
        resume = f"; to resume that run: --resume {shlex.quote(str(path))}" if is_run else ""
        raise TakenError(f"run_dir = {path}: must be new or an empty folder{resume}")


def _may_be_there(entry: Path, target: Path) -> bool:
    """Returns True for what a new run directory may hold: folders, and the remains of a killed process."""
    run = RunDirectory(target)
    is_remains = is_part(entry) or entry in (run.prior_policy, run.lock)
    return not entry.is_symlink() and (entry.is_dir() or is_remains)


def _fill(
    run: RunDirectory, config: ExperimentConfig, runner: str, prior_policy: PriorPolicy | None, is_new: bool
) -> None:
    """Writes the initial contents; the configuration, which marks a run directory, comes last."""
    try:
        restore_folders(run)
        if prior_policy is not None:
            with whole_file(run.prior_policy) as file:
                file.write(prior_policy.contents)
        prior = prior_record(config, prior_policy)
        record = {"prior": dataclasses.asdict(prior)} if prior else {}
        write_config(run, config, {"runner": runner, **provenance(), **record})
    except BaseException:
        _discard(run, keeps_path=not is_new)
        raise


def discard_unused(run: RunDirectory) -> bool:
    """Discards a run in which nothing has been done since `create_run_directory` made it; returns True if it did."""
    files = {path for path in run.path.rglob("*") if not path.is_dir()}
    if not files <= {*_initial_files(run)}:
        return False
    _discard(run)
    return True


def _initial_files(run: RunDirectory) -> tuple[Path, ...]:
    """Returns the files that a run may have before it does anything; a page may already show it."""
    return run.config, run.prior_policy, run.watch_log, run.lock


def _discard(run: RunDirectory, *, keeps_path: bool = False) -> None:
    """Removes an unused run directory; its folder stays if `keeps_path`, or if it is a link or a mount point."""
    files = [file.unlink for file in _initial_files(run)]
    folders = [folder.rmdir for folder in (*run.folders, run.logs, *([] if keeps_path else [run.path]))]
    for remove in (*files, *folders):
        with contextlib.suppress(OSError):
            remove()

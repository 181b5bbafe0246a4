"""The run directory: the only place to which a run writes."""

import contextlib
import dataclasses
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from walker_rl.errors import UserError
from walker_rl.experiments.config import ExperimentConfig, to_dict
from walker_rl.experiments.config_loading import PROVENANCE
from walker_rl.experiments.prior import PriorPolicy, recorded_prior_policy
from walker_rl.experiments.run.provenance import Provenance
from walker_rl.experiments.stored import read_yaml_mapping, reading
from walker_rl.field_values import shown, to_record
from walker_rl.files.locks import LOCK, locked_folder
from walker_rl.files.outputs import check_writable, writing
from walker_rl.files.whole_file import remove_parts, whole_file, write_whole_text
from walker_rl.files.yaml_file import parse_yaml, write_yaml
from walker_rl.pretrained import BEST_POLICY


class _Inside:
    """A path inside a run directory."""

    def __init__(self, name: str):
        self._name = name

    def __get__(self, run: "RunDirectory", kind: type) -> Path:
        return run.path / self._name


@dataclasses.dataclass(frozen=True)
class RunDirectory:
    """Paths of the files and folders of a run."""

    path: Path

    config = _Inside("config.yaml")
    """The resolved configuration, with versions and commit."""

    metrics = _Inside("metrics")
    """Append-only CSV files."""

    tensorboard = _Inside("tensorboard")
    """TensorBoard's event files."""

    mlflow = _Inside("mlflow")
    """MLflow's store, if enabled; that of Weights & Biases is a folder `wandb`."""

    lock = _Inside(LOCK)
    """The empty file that a process locks while it trains."""

    watch_log = _Inside("logs/watch.log")
    """Errors of the page that is served beside the training."""

    checkpoints = _Inside("checkpoints")
    """Checkpoints of the whole run."""

    candidates = _Inside("candidates")
    """Policies from which the best is chosen at the end."""

    stages = _Inside("stages")
    """Policies from the beginning to the end of the training, for `progress_video`."""

    best_policy = _Inside(BEST_POLICY)
    """The candidate chosen as the best; until the end of the run, the one with the highest mean - std."""

    last_policy = _Inside("policy/last.npz")
    """The policy of the last evaluation."""

    prior_policy = _Inside("prior.npz")
    """Copy of the policy that is played before training, if there is one."""

    videos = _Inside("videos")
    """GIFs."""

    first_video = _Inside("videos/first.gif")
    """Video of the first evaluation's policy."""

    latest_video = _Inside("videos/latest.gif")
    """Video of a recent policy, during the training."""

    progress_video = _Inside("videos/progress.gif")
    """Video of the stages side by side, once the run is complete."""

    best_video = _Inside("videos/best.gif")
    """Video of the best policy."""

    curve = _Inside("curve.png")
    """Plot of the evaluation returns."""

    status = _Inside("status.json")
    """Progress of a distributed run."""

    logs = _Inside("logs")
    """Output of each process of a distributed run."""

    summary = _Inside("summary.json")
    """The final evaluation, which only complete runs have."""

    @property
    def folders(self) -> tuple[Path, ...]:
        """The folders that every run has."""
        return self.metrics, self.tensorboard, self.checkpoints, self.best_policy.parent, self.videos

    @property
    def films(self) -> dict[str, Path]:
        """The videos that a run may have, by name, as "latest"."""
        return {path.stem: path for path in (self.latest_video, self.first_video, self.best_video, self.progress_video)}

    @property
    def exists(self) -> bool:
        """True if `path` is a run directory; also False where it can't be accessed."""
        return os.path.isfile(self.config)

    @property
    def fields(self) -> dict[str, Any]:
        """The fields of its configuration, as it was written.

        Raises:
            NotWholeError: if its configuration is damaged.
        """
        contents = read_yaml_mapping(self.config)
        contents.pop(PROVENANCE, None)
        return contents

    @property
    def provenance(self) -> Provenance:
        """Record of the run's origin.

        Raises:
            NotWholeError: if its configuration is damaged.
        """
        contents = read_yaml_mapping(self.config)
        with reading(self.config, PROVENANCE):
            return to_record(contents.get(PROVENANCE), Provenance)


def time_now() -> str:
    """The local time in the name of a run directory, as in "20240131-235959"."""
    return time.strftime("%Y%m%d-%H%M%S")


def restore_folders(run: RunDirectory) -> None:
    """Makes missing folders of a run, for example in a copy that omitted empty ones, and removes half-written files.

    Raises:
        OSError: if one can't be made.
    """
    for folder in run.folders:
        folder.mkdir(exist_ok=True)
    remove_parts(run.path)


def update_config(run: RunDirectory, config: ExperimentConfig) -> None:
    """Atomically replaces the configuration of a resumed run; the provenance stays that of its start.

    Deletes the summary, which a complete run that is lengthened has; the end of the run writes it again.

    Raises:
        OSError: if the disk is full.
    """
    record = read_yaml_mapping(run.config)[PROVENANCE]
    run.summary.unlink(missing_ok=True)
    write_config(run, config, record)


@contextlib.contextmanager
def updated_config(run: RunDirectory, config: ExperimentConfig) -> Iterator[None]:
    """Updates the configuration of a launched run that the block resumes; takes that back if the block cannot.

    The run continues as soon as it writes `status.json`.

    Raises:
        OSError: if the disk is full.
    """
    before = {path: path.read_bytes() for path in (run.config, run.summary) if path.exists()}
    status = _content(run.status)
    update_config(run, config)
    try:
        yield
    except BaseException:
        if _content(run.status) == status:
            for path, content in before.items():
                with whole_file(path) as file:
                    file.write(content)
        raise


def _content(path: Path) -> bytes | None:
    return path.read_bytes() if path.exists() else None


def write_config(run: RunDirectory, config: ExperimentConfig, provenance: dict[str, Any]) -> None:
    """Atomically writes the configuration and the provenance.

    Raises:
        OSError: if the disk is full.
        UserError: if the arguments of the environment can't be read again.
    """
    text = write_yaml({**to_dict(config), PROVENANCE: provenance})
    try:
        parse_yaml(text)
    except yaml.YAMLError as error:  # The run could not be resumed.
        raise UserError(f"environment = {shown(config.environment)}: must fit into {run.config} ({error})") from None
    write_whole_text(run.config, text)


def open_run_directory(path: Path) -> RunDirectory:
    """Opens an existing run directory.

    Raises:
        UserError: if `path` is no run directory.
    """
    run = RunDirectory(path)
    if not run.exists:
        newest = newest_run(path)
        meant = f"; did you mean {newest}?" if newest else ""
        raise UserError(f"run = {path}: must be a run directory (no config.yaml in it){meant}")
    return run


def prior_policy_of(run: RunDirectory, config: ExperimentConfig) -> PriorPolicy | None:
    """Reads the policy that is played before training in an existing run; returns None if there is none.

    Raises:
        NotWholeError: if the run's configuration is damaged.
        UserError: if neither the run's copy nor the configured file is the policy that the run began with.
    """
    return recorded_prior_policy(config, run.provenance.prior, run.prior_policy)


def newest_run(folder: Path) -> Path | None:
    """Returns the run directory in `folder` that was begun or resumed last; None without any, or without access."""
    try:
        runs = [entry for entry in folder.iterdir() if RunDirectory(entry).exists]
    except OSError:
        return None
    return max(runs, key=lambda run: os.path.getmtime(RunDirectory(run).config), default=None)


@contextlib.contextmanager
def locked(run: RunDirectory) -> Iterator[None]:
    """Prevents other processes from training in the same run directory.

    Raises:
        UserError: if one already does, or nothing can be written there.
        RunError: if the disk is full.
    """
    check_writable("run", run.path)
    with contextlib.ExitStack() as stack:
        with writing("run", run.path):
            refusal = UserError(f"run = {run.path}: must not be in use by another process")
            stack.enter_context(locked_folder(run.path, refusal))
        yield

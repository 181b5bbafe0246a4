"""The run directory: the only place to which a run writes."""

import contextlib
import dataclasses
import os
import reprlib
import shlex
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from walker_rl.errors import UserError
from walker_rl.experiments.config import ExperimentConfig, to_dict
from walker_rl.experiments.config_loading import PROVENANCE
from walker_rl.experiments.folder_lock import locked_folder
from walker_rl.experiments.prior_record import prior_record
from walker_rl.experiments.run.provenance import Provenance, provenance
from walker_rl.experiments.stored import read_yaml_mapping, reading
from walker_rl.field_values import to_record
from walker_rl.printable import file_name
from walker_rl.whole_file import remove_parts, write_whole_text
from walker_rl.yaml_file import parse_yaml, write_yaml


@dataclasses.dataclass(frozen=True)
class RunDirectory:
    """Paths of the files and folders of a run."""

    path: Path

    @property
    def exists(self) -> bool:
        """True if `path` is a run directory; also False where it can't be accessed."""
        return os.path.isfile(self.config)

    @property
    def config(self) -> Path:
        """The resolved configuration, with versions and commit."""
        return self.path / "config.yaml"

    @property
    def metrics(self) -> Path:
        """Append-only CSV files."""
        return self.path / "metrics"

    @property
    def tensorboard(self) -> Path:
        """TensorBoard's event files."""
        return self.path / "tensorboard"

    @property
    def mlflow(self) -> Path:
        """MLflow's store, if enabled; that of Weights & Biases is a folder `wandb`."""
        return self.path / "mlflow"

    @property
    def checkpoints(self) -> Path:
        """Checkpoints of the whole run."""
        return self.path / "checkpoints"

    @property
    def candidates(self) -> Path:
        """Policies from which the best is chosen at the end."""
        return self.path / "candidates"

    @property
    def stages(self) -> Path:
        """Policies from the beginning to the end of the training, for `progress_video`."""
        return self.path / "stages"

    @property
    def best_policy(self) -> Path:
        """The candidate chosen as the best; before the end of the run, the one with the best evaluation."""
        return self.path / "policy" / "best.npz"

    @property
    def last_policy(self) -> Path:
        """The policy of the last evaluation."""
        return self.path / "policy" / "last.npz"

    @property
    def videos(self) -> Path:
        """GIFs."""
        return self.path / "videos"

    @property
    def first_video(self) -> Path:
        """Video of the first evaluation's policy."""
        return self.videos / "first.gif"

    @property
    def latest_video(self) -> Path:
        """Video of a recent policy, during the training."""
        return self.videos / "latest.gif"

    @property
    def progress_video(self) -> Path:
        """Video of the stages side by side, once the run is complete."""
        return self.videos / "progress.gif"

    @property
    def best_video(self) -> Path:
        """Video of the best policy."""
        return self.videos / "best.gif"

    @property
    def curve(self) -> Path:
        """Plot of the evaluation returns."""
        return self.path / "curve.png"

    @property
    def status(self) -> Path:
        """Progress of a distributed run."""
        return self.path / "status.json"

    @property
    def logs(self) -> Path:
        """Output of each process of a distributed run."""
        return self.path / "logs"

    @property
    def summary(self) -> Path:
        """The final evaluation, which only complete runs have."""
        return self.path / "summary.json"

    @property
    def provenance(self) -> Provenance:
        """Record of the run's origin.

        Raises:
            NotWholeError: if its configuration is damaged.
        """
        contents = read_yaml_mapping(self.config)
        with reading(self.config, PROVENANCE):
            return to_record(contents.get(PROVENANCE), Provenance)


def default_path(config: ExperimentConfig) -> Path:
    """The path `runs/AGENT_TASK_seedSEED_TIME`."""
    now = time.strftime("%Y%m%d-%H%M%S")
    return Path("runs") / f"{config.agent_name}_{file_name(config.task)}_seed{config.seed}_{now}"


def create_run_directory(path: Path, config: ExperimentConfig, runner: str = "train") -> RunDirectory:
    """Makes a new run directory, completely or not at all; `runner` is the command that can resume it.

    `path` may exist if it holds no file: an empty folder, a link to one, a mount point with its `lost+found`.

    Raises:
        UserError: if it holds a file, is in use by another process or can't be made.
    """
    run, target = RunDirectory(path), Path(os.path.realpath(path))
    try:
        if os.path.lexists(target) and not target.is_dir():
            raise UserError(f"run_dir = {path}: must not exist yet")
        is_new = not target.exists()
        target.mkdir(parents=True, exist_ok=True)
        with locked_folder(target, f"run_dir = {path}: must not be in use by another process"):
            if any(entry.is_symlink() or not entry.is_dir() for entry in target.rglob("*")):
                resume = f"; to resume that run: --resume {shlex.quote(str(path))}" if run.config.exists() else ""
                raise UserError(f"run_dir = {path}: must not exist yet{resume}")
            _fill(run, config, runner, is_new)
    except OSError as error:
        raise UserError(f"run_dir = {path}: must be writable ({error.strerror})") from None
    return run


def _fill(run: RunDirectory, config: ExperimentConfig, runner: str, is_new: bool) -> None:
    """Writes the initial contents; the configuration, which marks a run directory, comes last."""
    try:
        restore_folders(run)
        prior = prior_record(config)
        record = {"prior": dataclasses.asdict(prior)} if prior else {}
        _write_config(run, config, {"runner": runner, **provenance(), **record})
    except BaseException:
        discard(run, keeps_path=not is_new)
        raise


def _folders(run: RunDirectory) -> tuple[Path, ...]:
    return run.metrics, run.tensorboard, run.checkpoints, run.best_policy.parent, run.videos


def discard(run: RunDirectory, *, keeps_path: bool = False) -> None:
    """Removes an unused run directory; its folder stays if `keeps_path`, or if it is a link or a mount point."""
    run.config.unlink(missing_ok=True)
    for folder in (*_folders(run), *([] if keeps_path else [run.path])):
        with contextlib.suppress(OSError):
            folder.rmdir()


def restore_folders(run: RunDirectory) -> None:
    """Makes missing folders of a run, as of a copy that leaves out empty ones, and removes half-written files.

    Raises:
        OSError: if one can't be made.
    """
    for folder in _folders(run):
        folder.mkdir(exist_ok=True)
    with contextlib.suppress(OSError):  # One that can't be removed costs only its place.
        remove_parts(run.path)


def update_config(run: RunDirectory, config: ExperimentConfig) -> None:
    """Atomically replaces the configuration of a resumed run; the provenance stays that of its start.

    Deletes the summary, which a complete run that is lengthened has; the end of the run writes it again.
    """
    record = read_yaml_mapping(run.config)[PROVENANCE]
    run.summary.unlink(missing_ok=True)
    _write_config(run, config, record)


def _write_config(run: RunDirectory, config: ExperimentConfig, provenance: dict[str, Any]) -> None:
    text = write_yaml({**to_dict(config), PROVENANCE: provenance})
    try:
        parse_yaml(text)
    except yaml.YAMLError as error:  # The run could not be resumed.
        shown = reprlib.repr(config.environment)
        raise UserError(f"environment = {shown}: must fit into {run.config} ({error})") from None
    write_whole_text(run.config, text)


def open_run_directory(path: Path) -> RunDirectory:
    """Opens an existing run directory.

    Raises:
        UserError: if `path` is no run directory.
    """
    run = RunDirectory(path)
    if not run.exists:
        raise UserError(f"run = {path}: must be a run directory (no config.yaml in it)")
    return run


@contextlib.contextmanager
def locked(run: RunDirectory) -> Iterator[None]:
    """Prevents other processes from training in the same run directory.

    Raises:
        UserError: if one already does.
    """
    with locked_folder(run.path, f"run = {run.path}: must not be in use by another process"):
        yield

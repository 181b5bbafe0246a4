"""The run directory: the one place where a run leaves anything."""

import contextlib
import dataclasses
import importlib.metadata
import os
import platform
import re
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from walker_rl import __version__
from walker_rl.errors import UserError
from walker_rl.experiments.config import ExperimentConfig, to_dict
from walker_rl.experiments.config_loading import PROVENANCE
from walker_rl.experiments.folder_lock import locked_folder
from walker_rl.experiments.prior_record import prior_record
from walker_rl.whole_file import write_whole_text

_VERSIONED = ("cma", "dm-acme", "dm-reverb", "dm-sonnet", "gym", "numpy", "pybullet", "tensorflow-cpu")


@dataclasses.dataclass(frozen=True)
class RunDirectory:
    """Where each thing lies."""

    path: Path

    @property
    def config(self) -> Path:
        """The resolved configuration, with versions and commit."""
        return self.path / "config.yaml"

    @property
    def metrics(self) -> Path:
        """CSV files, append-only."""
        return self.path / "metrics"

    @property
    def tensorboard(self) -> Path:
        """Event files."""
        return self.path / "tensorboard"

    @property
    def mlflow(self) -> Path:
        """MLflow's store, if it was asked for; that of Weights & Biases is in a folder `wandb`."""
        return self.path / "mlflow"

    @property
    def checkpoints(self) -> Path:
        """Checkpoints of the whole run."""
        return self.path / "checkpoints"

    @property
    def candidates(self) -> Path:
        """Policies among which the best is chosen at the end."""
        return self.path / "candidates"

    @property
    def stages(self) -> Path:
        """Policies from the beginning to the end of the training, for `progress_video`."""
        return self.path / "stages"

    @property
    def best_policy(self) -> Path:
        """The candidate chosen as the best; until the end of the run the one with the best evaluation."""
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
        """The policy of the first evaluation."""
        return self.videos / "first.gif"

    @property
    def latest_video(self) -> Path:
        """A late policy, while the run trains."""
        return self.videos / "latest.gif"

    @property
    def progress_video(self) -> Path:
        """The stages side by side, once the run is complete."""
        return self.videos / "progress.gif"

    @property
    def best_video(self) -> Path:
        """The best policy."""
        return self.videos / "best.gif"

    @property
    def curve(self) -> Path:
        """The plot of evaluation returns."""
        return self.path / "curve.png"

    @property
    def status(self) -> Path:
        """Where a distributed run stands."""
        return self.path / "status.json"

    @property
    def logs(self) -> Path:
        """What each process of a distributed run has printed."""
        return self.path / "logs"

    @property
    def id(self) -> str:
        """A name unlike any other run's."""
        return str(self._provenance["run_id"])

    @property
    def runner(self) -> str:
        """The command that began it, "train" or "launch"."""
        return str(self._provenance.get("runner", "train"))

    @property
    def version(self) -> str:
        """The version that began it, "walker_rl 0.1.0 (commit b0cd05b3a9cd)"."""
        return f"walker_rl {self._provenance.get('walker_rl')} (commit {self._provenance.get('commit')})"

    @property
    def prior(self) -> dict[str, Any] | None:
        """The record of the policy that was played before training, if there is one."""
        return self._provenance.get("prior")

    @property
    def summary(self) -> Path:
        """The final evaluation; there if the run is complete, and only then."""
        return self.path / "summary.json"

    @property
    def _provenance(self) -> dict[str, Any]:
        provenance: dict[str, Any] = yaml.safe_load(self.config.read_text()).get(PROVENANCE, {})
        return provenance


def default_path(config: ExperimentConfig) -> Path:
    """`runs/AGENT_TASK_seedSEED_TIME`."""
    return Path("runs") / f"{config.agent_name}_{config.task}_seed{config.seed}_{time.strftime('%Y%m%d-%H%M%S')}"


def create_run_directory(path: Path, config: ExperimentConfig, runner: str = "train") -> RunDirectory:
    """Makes a new run directory, whole or not at all; `runner` is the command that will resume it.

    Raises:
        UserError: if it exists or can't be made.
    """
    run = RunDirectory(path)
    try:
        if path.exists() and (not path.is_dir() or any(path.iterdir())):
            resume = f"; to go on with that run: --resume {path}" if run.config.exists() else ""
            raise UserError(f"run_dir = {path}: must not exist yet{resume}")
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{path.name}.", dir=path.parent) as aside:
            _fill(RunDirectory(Path(aside) / path.name), config, runner).path.replace(path)
    except OSError as error:
        raise UserError(f"run_dir = {path}: must be writable ({error.strerror})") from None
    return run


def _fill(run: RunDirectory, config: ExperimentConfig, runner: str) -> RunDirectory:
    for folder in (run.metrics, run.tensorboard, run.checkpoints, run.best_policy.parent, run.videos):
        folder.mkdir(parents=True)
    prior = prior_record(config)
    _write_config(run, config, {"runner": runner, **_provenance(), **({"prior": prior} if prior else {})})
    return run


def update_config(run: RunDirectory, config: ExperimentConfig) -> None:
    """Writes what a resumed run changes into its configuration, whole; the provenance stays that of its start.

    A summary, which a run has that was complete and is lengthened, goes: the end of the run writes it again.
    """
    run.summary.unlink(missing_ok=True)
    provenance = yaml.safe_load(run.config.read_text()).get(PROVENANCE, {})
    _write_config(run, config, provenance)


def _write_config(run: RunDirectory, config: ExperimentConfig, provenance: dict[str, Any]) -> None:
    write_whole_text(run.config, yaml.safe_dump({**to_dict(config), PROVENANCE: provenance}, sort_keys=False))


def open_run_directory(path: Path) -> RunDirectory:
    """An existing run.

    Raises:
        UserError: if `path` holds none.
    """
    run = RunDirectory(path)
    if not os.path.isfile(run.config):  # False, too, where the path can't be looked at
        raise UserError(f"run = {path}: must be a run directory (no config.yaml in it)")
    return run


@contextlib.contextmanager
def locked(run: RunDirectory) -> Iterator[None]:
    """Keeps other processes from training in the same run directory.

    Raises:
        UserError: if one does already.
    """
    with locked_folder(run.path, f"run = {run.path}: must not be in use by another process"):
        yield


def _provenance() -> dict[str, Any]:
    versions = {name: importlib.metadata.version(name) for name in _VERSIONED}
    return {
        "run_id": uuid.uuid4().hex[:12],
        "walker_rl": __version__,
        "commit": _commit(),
        "python": platform.python_version(),
        "packages": versions,
        "machine": _machine(),
    }


def _machine() -> dict[str, Any]:
    """What walltimes depend on."""
    models = re.findall(r"^model name\s*: (.*)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    return {
        "system": platform.platform(),
        "processor": models[0] if models else platform.machine(),
        "num_cores": len(os.sched_getaffinity(0)),
    }


def _commit() -> str:
    """The commit of the checkout this package lies in, with a mark if files differ; "unknown" outside one."""
    command = ["git", "-C", str(Path(__file__).parent), "describe", "--always", "--dirty", "--abbrev=12", "--exclude=*"]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return "unknown"

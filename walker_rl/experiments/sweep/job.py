"""One run as a process of its own, on cores of its own: what to type for it, and how it is started and stopped."""

import dataclasses
import functools
import json
import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from walker_rl.errors import UserError
from walker_rl.experiments.config import ExperimentConfig, flatten, to_dict
from walker_rl.experiments.config_loading import load_config
from walker_rl.experiments.distributed.node import tie_to_parent
from walker_rl.experiments.resuming import check_has_checkpoint, check_same_experiment
from walker_rl.experiments.run_directory import RunDirectory


@dataclasses.dataclass(frozen=True)
class Job:
    """A run that is wanted: which experiment, and where.

    Attributes:
        config: of the experiment.
        files: YAML of fields, which with `overrides` give `config`.
        overrides: "field=value".
        run_dir: of the run, which need not exist.
        log: to which its process prints; the folder need not exist.
    """

    config: ExperimentConfig
    files: tuple[Path, ...]
    overrides: tuple[str, ...]
    run_dir: Path
    log: Path

    @property
    def name(self) -> str:
        """That of the run directory."""
        return self.run_dir.name

    @property
    def run(self) -> RunDirectory:
        """The run directory."""
        return RunDirectory(self.run_dir)

    @property
    def has_begun(self) -> bool:
        """Whether there is something to go on with."""
        return os.path.isfile(self.run.config)  # False, too, where the path can't be looked at

    @property
    def is_complete(self) -> bool:
        """Whether the run has been trained for as long as is wanted."""
        return self.has_begun and self.run.summary.exists() and "max_actor_steps" not in self._changes()

    def check(self) -> None:
        """Holds the run directory to what is wanted.

        Raises:
            UserError: if it has another experiment in it, or a longer one, or one that can't be gone on with.
        """
        if not self.has_begun:
            return
        check_same_experiment(self.run, self.config)
        if not self.is_complete:
            check_has_checkpoint(self.run)
        stored = self._stored_config()
        if self.config.max_actor_steps < stored.max_actor_steps:
            wanted, there = self.config.max_actor_steps, stored.max_actor_steps
            raise UserError(f"max_actor_steps = {wanted}, there {there}: must be no less than in {self.run.config}")

    def command(self) -> list[str]:
        """What to type to begin the run, or to go on with it."""
        words = [sys.executable, "-m", "walker_rl", "train", self.config.agent_name]
        if self.has_begun:
            changes = [f"{key}={as_text(value)}" for key, value in self._changes().items()]
            return [*words, "--resume", str(self.run_dir), *_options("--set", changes)]
        options = [*_options("--config", self.files), *_options("--set", self.overrides)]
        return [*words, "--run-dir", str(self.run_dir), *options]

    def _stored_config(self) -> ExperimentConfig:
        return load_config(self.config.agent_name, [self.run.config])

    def _changes(self) -> dict[str, Any]:
        """The fields in which what is wanted differs from what the run has; `check` lets only some differ."""
        stored = flatten(to_dict(self._stored_config()))
        return {key: value for key, value in flatten(to_dict(self.config)).items() if value != stored[key]}


class JobProcess:
    """The process that trains a job's run; it does not outlive the thread that makes it."""

    def __init__(self, job: Job, cores: Sequence[int]):
        """Begins the run, or goes on with it.

        Args:
            job: whose run it is.
            cores: numbers of the cores on which the process, with all of its threads, may run.

        Raises:
            OSError: if the log can't be written, or the system allows no more processes.
        """
        command = job.command()
        job.log.parent.mkdir(parents=True, exist_ok=True)
        with job.log.open("ab", buffering=0) as log:
            log.write(f"$ {shlex.join(command)}\n".encode())
            self._popen = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # A Ctrl-C is for whoever started this, who asks each process to stop.
                preexec_fn=functools.partial(_pin_and_tie, cores, os.getpid()),
            )

    def exit_status(self) -> int | None:
        """None while it runs; of a process that a signal has killed, its number with a minus."""
        return self._popen.poll()

    def stop(self) -> None:
        """Asks the process to end with a checkpoint."""
        self._popen.terminate()

    def kill(self) -> None:
        """Ends the process and those that it has started, at once; the run can be resumed."""
        if self._popen.poll() is None:
            os.killpg(self._popen.pid, signal.SIGKILL)
            self._popen.wait()


def as_text(value: Any) -> str:
    """A value as it is typed after "field="."""
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))


def last_line(log: Path) -> str:
    """What a process has printed last; "" if nothing."""
    lines = log.read_text(errors="replace").strip().splitlines() if log.exists() else []
    return lines[-1] if lines else ""


def _options(name: str, values: Sequence[Any]) -> list[str]:
    return [word for value in values for word in (name, str(value))]


def _pin_and_tie(cores: Sequence[int], parent: int) -> None:
    """Runs in the new process, before it is `walker-rl`."""
    os.sched_setaffinity(0, cores)
    tie_to_parent(parent)

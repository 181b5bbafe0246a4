"""A run that is wanted, and the command that begins or resumes it."""

import dataclasses
import json
import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from walker_rl.experiments.config import ExperimentConfig, flatten, to_dict
from walker_rl.experiments.config_loading import load_config
from walker_rl.experiments.run.directory import RunDirectory
from walker_rl.experiments.run.limits import LIMITS
from walker_rl.experiments.run.resuming import check_has_checkpoint, check_length, check_same_experiment
from walker_rl.experiments.run.summary import read_ended_by


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
        """True if the run has ended, and the limit that ended it is as wanted."""
        has_ended = self.has_begun and self.run.summary.exists()
        return has_ended and LIMITS[read_ended_by(self.run)] not in self._changes()

    def check(self) -> None:
        """Holds the run directory to what is wanted.

        Raises:
            NotWholeError: if its configuration is damaged.
            UserError: if it has another experiment in it, or a longer one, or one that can't be gone on with.
        """
        if not self.has_begun:
            return
        check_same_experiment(self.run, self.config)
        if not self.is_complete:
            check_has_checkpoint(self.run)
        check_length(self.run, self.config)

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


def as_text(value: Any) -> str:
    """A value as it is typed after "field=", where it is read as YAML."""
    is_plain = isinstance(value, str) and re.fullmatch(r"[\w./+-]+", value)
    return value if is_plain else json.dumps(value, separators=(",", ":"))


def _options(name: str, values: Sequence[Any]) -> list[str]:
    return [word for value in values for word in (name, str(value))]

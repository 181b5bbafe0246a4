"""A requested run, and the command that begins or resumes it."""

import dataclasses
import sys
from pathlib import Path
from typing import Any

from walker_rl.errors import UserError
from walker_rl.experiments.config import ExperimentConfig, changed_fields, flatten, to_dict
from walker_rl.experiments.config_loading import as_overrides, changed_overrides, load_config
from walker_rl.experiments.run.directory import RunDirectory
from walker_rl.experiments.run.resuming import check_has_checkpoint, check_length, check_same_experiment, is_complete


@dataclasses.dataclass(frozen=True)
class Job:
    """A requested run: its experiment and its directory.

    Attributes:
        config: the experiment's configuration.
        run_dir: the run directory, which need not exist.
        log: log file of the run's process; its folder need not exist.
        values: values of a sweep's grid as in the run's name, such as "agent.n_step=3".
    """

    config: ExperimentConfig
    run_dir: Path
    log: Path
    values: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Name of the run directory."""
        return self.run_dir.name

    @property
    def run(self) -> RunDirectory:
        """The run directory."""
        return RunDirectory(self.run_dir)

    @property
    def has_begun(self) -> bool:
        """True if there is a run to resume."""
        return self.run.exists

    @property
    def is_complete(self) -> bool:
        """True if the run has ended, and would end there with `config`; False if it is damaged."""
        try:
            return self.has_begun and is_complete(self.run, self.config)
        except UserError:  # Its own process reports the damage, and the other jobs continue.
            return False

    def check(self) -> None:
        """Checks that the run directory fits the job.

        Raises:
            NotWholeError: if its configuration is damaged.
            UserError: if it holds another experiment, or a longer one, or one that can't be resumed.
        """
        if not self.has_begun:
            return
        check_same_experiment(self.run, self.config)
        if not is_complete(self.run, self.config):
            check_has_checkpoint(self.run)
        check_length(self.run, self.config)

    def command(self) -> list[str]:
        """Returns the command that begins or resumes the run."""
        place = ("--resume" if self.has_begun else "--run-dir", str(self.run_dir))
        overrides = as_overrides(self._changes()) if self.has_begun else changed_overrides(self.config)
        options = [word for override in overrides for word in ("--set", override)]
        return [sys.executable, "-m", "walker_rl", "train", self.config.agent_name, *place, *options]

    def _changes(self) -> dict[str, Any]:
        """Fields in which `config` differs from the run's configuration; `check` permits only some."""
        try:
            stored = flatten(to_dict(load_config(self.config.agent_name, [self.run.config])))
        except UserError:  # As in `is_complete`.
            return {}
        return changed_fields(flatten(to_dict(self.config)), stored)


def log_file(output: Path, name: str) -> Path:
    """Returns the log of a run's process in the folder of a sweep or a search."""
    return output / "logs" / f"{name}.log"

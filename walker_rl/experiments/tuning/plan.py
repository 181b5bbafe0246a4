"""The settings that all trials of a study share."""

import dataclasses
from pathlib import Path
from typing import Any

from walker_rl.errors import UserError
from walker_rl.experiments.config import ExperimentConfig, flatten, to_dict, why_nothing_is_learned
from walker_rl.experiments.config_loading import load_config, read_override, read_yaml
from walker_rl.experiments.run.directory import RunDirectory
from walker_rl.experiments.sweep.job import Job
from walker_rl.search_space import SearchSpace

PRUNERS = ("median", "hyperband", "none")


@dataclasses.dataclass(frozen=True)
class Plan:
    """A requested search.

    Attributes:
        agent_name: agent whose hyperparameters are searched.
        seeds: seeds that each trial trains one after another.
        files: YAML files of fields, for all trials.
        overrides: strings "field=value", for all trials.
        pruner: pruner of trials, one of `PRUNERS`.
    """

    agent_name: str
    seeds: tuple[int, ...]
    files: tuple[Path, ...]
    overrides: tuple[str, ...]
    pruner: str

    @property
    def config(self) -> ExperimentConfig:
        """Configuration of the first seed, without drawn values."""
        return load_config(self.agent_name, self.files, self.overrides_for(self.seeds[0]))

    @property
    def num_evaluations(self) -> int:
        """Evaluations over all seeds of a trial that is not pruned."""
        config = self.config
        return len(self.seeds) * -(-config.max_actor_steps // config.evaluation.period)

    def searched(self, space: SearchSpace) -> SearchSpace:
        """Returns the space without the fields that files and overrides fix.

        Raises:
            UserError: if nothing is left.
        """
        layers = (*map(read_yaml, self.files), *map(read_override, self.overrides))
        given = {name for layer in layers for name in flatten(layer)}
        remaining = {name: one for name, one in space.items() if f"agent.{name}" not in given}
        if not remaining:
            fields = ", ".join(f"agent.{name}" for name in space)
            raise UserError(
                f"set = {' '.join(self.overrides)}: must leave at least one of {fields} unset, for the search"
            )
        return remaining

    def overrides_for(self, seed: int, drawn: tuple[str, ...] = ()) -> tuple[str, ...]:
        """Overrides for one run of a trial."""
        return (*self.overrides, *drawn, f"seed={seed}")

    def fields(self) -> dict[str, Any]:
        """Fields of `config`, by dotted name."""
        return flatten(to_dict(self.config))

    def to_dict(self) -> dict[str, Any]:
        """Settings that must stay the same when a study is continued."""
        fields = {name: value for name, value in self.fields().items() if name != "seed"}
        return {"seeds": list(self.seeds), "pruner": self.pruner, **fields}

    def run(self, number: int, seed: int, output: Path) -> RunDirectory:
        """Returns the directory of one run of trial `number`, which need not exist."""
        return RunDirectory(output / "trials" / f"trial{number:04d}_seed{seed}")

    def jobs(self, number: int, drawn: tuple[str, ...], output: Path) -> list[Job]:
        """Makes the jobs of trial `number`, one for each seed.

        Raises:
            UserError: if the drawn values don't go together, or nothing would be learned with them.
        """
        jobs = [self._job(number, seed, drawn, output) for seed in self.seeds]
        if reason := why_nothing_is_learned(jobs[0].config):
            raise UserError(reason)
        return jobs

    def _job(self, number: int, seed: int, drawn: tuple[str, ...], output: Path) -> Job:
        run_dir = self.run(number, seed, output).path
        overrides = self.overrides_for(seed, drawn)
        config = load_config(self.agent_name, self.files, overrides)
        return Job(config, self.files, overrides, run_dir, output / "logs" / f"{run_dir.name}.log")

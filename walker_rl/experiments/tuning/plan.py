"""The settings that all trials of a study share."""

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from walker_rl.errors import UserError
from walker_rl.experiments.config import ExperimentConfig, flatten, to_dict, why_nothing_is_learned
from walker_rl.experiments.config_loading import config_from_dict, read_override, read_yaml
from walker_rl.experiments.run.directory import RunDirectory
from walker_rl.experiments.sweep.job import Job, log_file
from walker_rl.search_space import SearchSpace

PRUNERS = ("median", "hyperband", "none")


@dataclasses.dataclass(frozen=True)
class Plan:
    """A requested search.

    Attributes:
        config: configuration of all trials, without drawn values; its seed does not count.
        seeds: seeds that each trial trains one after another.
        pruner: pruner of trials, one of `PRUNERS`.
    """

    config: ExperimentConfig
    seeds: tuple[int, ...]
    pruner: str

    @property
    def num_evaluations(self) -> int:
        """Evaluations over all seeds of a trial that is not pruned."""
        return len(self.seeds) * -(-self.config.max_actor_steps // self.config.evaluation.period)

    def trial_config(self, seed: int, drawn: Sequence[str]) -> ExperimentConfig:
        """Returns the configuration of one run of a trial, which has drawn these values, "field=value".

        Raises:
            UserError: if the drawn values don't go together.
        """
        return config_from_dict(to_dict(self.config), overrides=(*drawn, f"seed={seed}"))

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

    def jobs(self, number: int, drawn: Sequence[str], output: Path) -> list[Job]:
        """Makes the jobs of trial `number`, one for each seed.

        Raises:
            UserError: if the drawn values don't go together, or nothing would be learned with them.
        """
        jobs = [self._job(number, seed, drawn, output) for seed in self.seeds]
        if reason := why_nothing_is_learned(jobs[0].config):
            raise UserError(reason)
        return jobs

    def _job(self, number: int, seed: int, drawn: Sequence[str], output: Path) -> Job:
        run_dir = self.run(number, seed, output).path
        return Job(self.trial_config(seed, drawn), run_dir, log_file(output, run_dir.name))


def searched(space: SearchSpace, files: Sequence[Path], overrides: Sequence[str]) -> SearchSpace:
    """Returns the space without the fields that files and overrides, "field=value", fix.

    Raises:
        UserError: if nothing is left.
    """
    by_file = {file: _fixed(space, read_yaml(file)) for file in files}
    by_override = set().union(*(_fixed(space, read_override(override)) for override in overrides))
    remaining = {name: one for name, one in space.items() if name not in by_override.union(*by_file.values())}
    if not remaining:
        fields = ", ".join(f"agent.{name}" for name in space)
        causes = {
            "config": [str(file) for file, names in by_file.items() if names],
            "set": overrides if by_override else (),
        }
        given = ", ".join(f"{option} = {' '.join(values)}" for option, values in causes.items() if values)
        raise UserError(f"{given}: must leave at least one of {fields} unset, for the search")
    return remaining


def _fixed(space: SearchSpace, layer: dict[str, Any]) -> set[str]:
    """Returns the searched fields that a layer of the configuration fixes."""
    given = flatten(layer)
    return {name for name in space if f"agent.{name}" in given}

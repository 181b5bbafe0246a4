"""What a comparison and a report read of a run directory's files; whatever is wrong with one is a `NotWholeError`."""

import dataclasses
from typing import Any

import numpy as np

from walker_rl.agents import agent_names
from walker_rl.analysis.final_evaluation import FinalEvaluation
from walker_rl.experiments.config import flatten
from walker_rl.experiments.config_loading import PROVENANCE
from walker_rl.experiments.run.directory import RunDirectory
from walker_rl.experiments.run.provenance import Provenance
from walker_rl.experiments.run.summary import read_summary
from walker_rl.experiments.stored import read_yaml_mapping, reading
from walker_rl.field_values import to_record
from walker_rl.metrics_file import STEP_KEY, read_columns


@dataclasses.dataclass(frozen=True)
class Experiment:
    """The fields of a configuration that every version has."""

    agent_name: str
    task: str
    seed: int


@dataclasses.dataclass(frozen=True)
class Settings:
    """A run's config.yaml.

    Attributes:
        experiment: agent, task and seed.
        fields: every field by its full name, these three among them.
        provenance: what made the run.
        origins: every field of the provenance by its full name, those among them that only a report shows.
    """

    experiment: Experiment
    fields: dict[str, Any]
    provenance: Provenance
    origins: dict[str, Any]


def read_settings(run: RunDirectory) -> Settings:
    """Reads a run's config.yaml, of whatever version.

    Raises:
        NotWholeError: if it is damaged.
    """
    contents = read_yaml_mapping(run.config)
    with reading(run.config, "the configuration of a run"):
        origins = contents.pop(PROVENANCE, None)
        provenance, experiment = to_record(origins, Provenance), to_record(contents, Experiment)
        if experiment.agent_name not in agent_names():
            raise ValueError(f"agent_name = {experiment.agent_name}: must be one of {', '.join(agent_names())}")
        fields = flatten(contents)
        if fields.get("agent.prior.policy") is not None and provenance.prior is None:
            raise ValueError("the provenance has no record of agent.prior.policy")
        return Settings(experiment, fields, provenance, flatten(origins))


def read_metrics(run: RunDirectory, stream: str, *needed: str) -> dict[str, np.ndarray]:
    """Reads a file of metrics as an array `[rows]` for each column; no columns if it has no rows.

    Args:
        run: the run.
        stream: name of the file.
        needed: columns that it must have, with finite numbers.

    Raises:
        NotWholeError: if it is damaged.
    """
    path = run.metrics / f"{stream}.csv"
    columns = read_columns(path)
    with reading(path, f"numbers in each row of {', '.join(needed)}"):
        if columns and not all(np.isfinite(columns[name]).all() for name in needed):
            raise ValueError("one is not finite")
    return columns


def read_final_evaluations(run: RunDirectory, task: str) -> tuple[FinalEvaluation | None, FinalEvaluation | None]:
    """Reads the final evaluations of the best and of the last policy; None in their place if the run is not complete.

    Raises:
        NotWholeError: if they are damaged.
    """
    if not run.summary.exists():
        return None, None
    summary = read_summary(run)
    with reading(run.summary, "final evaluations"):
        return FinalEvaluation.from_played(summary.best, task), FinalEvaluation.from_played(summary.last, task)


def read_critic_losses(run: RunDirectory, ends: np.ndarray) -> np.ndarray:
    """Means of the critic's loss over the environment steps up to each of `ends`, from the one before on; nan for none.

    Raises:
        NotWholeError: if the file of the learner's metrics is damaged.
    """
    learner = read_metrics(run, "learner")
    if "critic_loss" not in learner:
        return np.full(len(ends), np.nan)
    starts = np.concatenate([[0], ends[:-1]])
    steps, losses = learner[STEP_KEY], learner["critic_loss"]
    parts = [losses[(start < steps) & (steps <= end)] for start, end in zip(starts, ends, strict=True)]
    return np.array([part.mean() if len(part) else np.nan for part in parts])

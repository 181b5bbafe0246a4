"""Reads a run directory's files for comparisons and reports; any damage is a `NotWholeError`."""

import dataclasses
from typing import Any

import numpy as np

from walker_rl.agents import config_class
from walker_rl.analysis.final_evaluation import FinalEvaluation
from walker_rl.experiments.config import flatten
from walker_rl.experiments.config_loading import PROVENANCE
from walker_rl.experiments.run.directory import RunDirectory
from walker_rl.experiments.run.provenance import Provenance
from walker_rl.experiments.run.summary import read_summary
from walker_rl.experiments.stored import read_yaml_mapping, reading
from walker_rl.field_values import to_record
from walker_rl.files.metrics_file import STEP_KEY, read_columns


@dataclasses.dataclass(frozen=True)
class RunIdentity:
    """The fields that every version of a configuration has."""

    agent_name: str
    task: str
    seed: int


@dataclasses.dataclass(frozen=True)
class Settings:
    """A run's config.yaml.

    Attributes:
        identity: agent, task and seed.
        fields: all fields by full name, including these three.
        arguments: arguments of the environment, some of whose names may have dots.
        provenance: the run's origin.
        origins: all fields of the provenance by full name, including those that only a report shows.
    """

    identity: RunIdentity
    fields: dict[str, Any]
    arguments: dict[str, Any]
    provenance: Provenance
    origins: dict[str, Any]


def read_settings(run: RunDirectory) -> Settings:
    """Reads a run's config.yaml, of any version.

    Raises:
        NotWholeError: if it is damaged.
    """
    contents = read_yaml_mapping(run.config)
    with reading(run.config, "the configuration of a run"):
        origins = contents.pop(PROVENANCE, None)
        provenance, identity = to_record(origins, Provenance), to_record(contents, RunIdentity)
        config_class(identity.agent_name)
        fields = flatten(contents)
        for name in ("agent.prior.policy", "agent.prior.dataset"):
            if fields.get(name) is not None and provenance.prior is None:
                raise ValueError(f"the provenance has no record of {name}")
        arguments = contents.get("environment")
        return Settings(
            identity, fields, arguments if isinstance(arguments, dict) else {}, provenance, flatten(origins)
        )


def read_metrics(run: RunDirectory, stream: str, *needed: str) -> dict[str, np.ndarray]:
    """Reads a metrics file as an array `[rows]` for each column; no columns if it has no rows.

    Args:
        run: the run directory.
        stream: name of the file, without its suffix.
        needed: columns that must exist and be finite.

    Raises:
        NotWholeError: if the file is damaged.
    """
    path = run.metrics / f"{stream}.csv"
    columns = read_columns(path)
    with reading(path, f"numbers in each row of {', '.join(needed)}"):
        if columns and not all(np.isfinite(columns[name]).all() for name in needed):
            raise ValueError("one is not finite")
    return columns


def read_evaluations(run: RunDirectory) -> dict[str, np.ndarray]:
    """Reads a run's evaluations as an array `[rows]` for each column; no columns if it has none yet.

    Raises:
        NotWholeError: if the file is damaged, or its rows are out of order or repeated.
    """
    columns = read_metrics(run, "evaluation", "mean_return", "learner_steps")
    with reading(run.metrics / "evaluation.csv", "evaluations in order"):
        if columns and (np.diff(columns[STEP_KEY]) <= 0).any():
            raise ValueError(f"{STEP_KEY} must increase from row to row")
    return columns


def read_final_evaluations(run: RunDirectory, task: str) -> tuple[FinalEvaluation | None, FinalEvaluation | None]:
    """Reads the final evaluations of the best and the last policy; both None if the run is not complete.

    Raises:
        NotWholeError: if they are damaged.
    """
    if not run.summary.exists():
        return None, None
    summary = read_summary(run)
    with reading(run.summary, "final evaluations"):
        return FinalEvaluation.from_returns(summary.best, task), FinalEvaluation.from_returns(summary.last, task)


def read_critic_losses(run: RunDirectory, ends: np.ndarray) -> np.ndarray:
    """Reads the critic's mean loss over the environment steps between consecutive `ends`; nan where none was logged.

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

"""The metrics that a run has recorded."""

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from walker_rl.files.metrics_file import read_whole_rows

Columns = Mapping[str, np.ndarray]
"""A metrics file: an array `[rows]` for each column."""

MOVING_AVERAGE = 20
"""Training episodes averaged for a curve."""


@dataclasses.dataclass(frozen=True)
class RunRecord:
    """Metrics and configuration of a run.

    Attributes:
        evaluation: rows of evaluation.csv.
        conduct: rows of conduct.csv.
        learner: rows of learner.csv.
        training: rows of training.csv.
        fields: values of the configuration by dotted name.
    """

    evaluation: Columns
    conduct: Columns
    learner: Columns
    training: Columns
    fields: Mapping[str, Any]


class RecordedEvaluation(NamedTuple):
    """A row of metrics/evaluation.csv without its single episodes."""

    actor_steps: int
    mean_return: float
    stddev_return: float

    @property
    def steady_return(self) -> float:
        """Mean minus standard deviation of the returns, by which policies are ranked."""
        return self.mean_return - self.stddev_return


def readable_rows(metrics: Path, stream: str) -> dict[str, np.ndarray]:
    """Reads the whole rows of a stream, an array `[rows]` for each column; empty if it can't be read."""
    try:
        return read_whole_rows(metrics / f"{stream}.csv")
    except OSError:
        return {}


def read_run_record(metrics: Path, fields: Mapping[str, Any]) -> RunRecord:
    """Reads a run's folder of metrics; skips torn rows and unreadable files."""
    names = ("evaluation", "conduct", "learner", "training")
    return RunRecord(**{name: readable_rows(metrics, name) for name in names}, fields=fields)


def recorded_evaluations(metrics: Path) -> list[RecordedEvaluation]:
    """Reads the evaluations in a folder of metrics, in order; skips a torn row."""
    columns = read_whole_rows(metrics / "evaluation.csv")
    if not columns.keys() >= set(RecordedEvaluation._fields):
        return []
    rows = zip(*(columns[name].tolist() for name in RecordedEvaluation._fields), strict=True)
    return [RecordedEvaluation(int(actor_steps), mean, stddev) for actor_steps, mean, stddev in rows]


def smoothed_returns(training: Columns) -> tuple[np.ndarray, np.ndarray]:
    """Returns environment steps and moving averages of the returns in training.csv, which must have a row."""
    length = min(MOVING_AVERAGE, len(training["episode_return"]))
    means = np.convolve(training["episode_return"], np.full(length, 1 / length), mode="valid")
    return training["actor_steps"][-len(means) :], means


def episode_returns(evaluation: Columns) -> list[np.ndarray]:
    """Returns the columns of evaluation.csv with the returns of each evaluation's first episode, second, and so on."""
    return [values for name, values in evaluation.items() if name.startswith("episode_return_")]

"""The metrics that a run has recorded."""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np

from walker_rl.files.metrics_file import read_whole_rows

MOVING_AVERAGE = 20
"""Training episodes averaged for a curve."""


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


def recorded_evaluations(metrics: Path) -> list[RecordedEvaluation]:
    """Reads the evaluations in a folder of metrics, in order; skips a torn row."""
    columns = read_whole_rows(metrics / "evaluation.csv")
    if not columns.keys() >= set(RecordedEvaluation._fields):
        return []
    rows = zip(*(columns[name].tolist() for name in RecordedEvaluation._fields), strict=True)
    return [RecordedEvaluation(int(actor_steps), mean, stddev) for actor_steps, mean, stddev in rows]


def smoothed_returns(training: Mapping[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Returns environment steps and moving averages of the returns in training.csv, which must have a row."""
    length = min(MOVING_AVERAGE, len(training["episode_return"]))
    means = np.convolve(training["episode_return"], np.full(length, 1 / length), mode="valid")
    return training["actor_steps"][-len(means) :], means


def episode_returns(evaluation: Mapping[str, np.ndarray]) -> list[np.ndarray]:
    """Returns the columns of evaluation.csv with the returns of each evaluation's first episode, second, and so on."""
    return [values for name, values in evaluation.items() if name.startswith("episode_return_")]

"""The evaluations that a run has recorded."""

import csv
from pathlib import Path
from typing import NamedTuple


class RecordedEvaluation(NamedTuple):
    """A row of metrics/evaluation.csv without the single episodes."""

    actor_steps: int
    mean_return: float
    stddev_return: float


def recorded_evaluations(metrics: Path) -> list[RecordedEvaluation]:
    """Reads the evaluations in a folder of metrics, in their order."""
    path = metrics / "evaluation.csv"
    if not path.exists():
        return []
    with path.open(newline="") as file:
        return [
            RecordedEvaluation(int(row["actor_steps"]), float(row["mean_return"]), float(row["stddev_return"]))
            for row in csv.DictReader(file)
        ]

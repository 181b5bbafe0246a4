"""The evaluations that a run has recorded."""

import csv
from pathlib import Path


def recorded_evaluations(metrics: Path) -> list[tuple[int, float]]:
    """`actor_steps` and mean return of each evaluation in a folder of metrics, in their order."""
    path = metrics / "evaluation.csv"
    if not path.exists():
        return []
    with path.open(newline="") as file:
        return [(int(row["actor_steps"]), float(row["mean_return"])) for row in csv.DictReader(file)]

"""Where a run directory stands, read from the ends of its files."""

import csv
import dataclasses
import os
from pathlib import Path

from walker_rl.experiments.run.directory import RunDirectory

TAIL_SIZE = 2**16
"""Bytes at the end of a file in which its last row is looked for."""


@dataclasses.dataclass(frozen=True)
class Progress:
    """Where a run stands.

    Attributes:
        actor_steps: environment steps, as of the last row of any of its files.
        evaluation_return: mean of the last evaluation; None before the first.
    """

    actor_steps: int
    evaluation_return: float | None


def read_progress(run: RunDirectory) -> Progress:
    """Where a run stands that may be training now, or not even exist."""
    rows = [last_row(path) for path in run.metrics.glob("*.csv")]
    evaluation = last_row(run.metrics / "evaluation.csv")
    return Progress(
        max((int(row["actor_steps"]) for row in rows if row), default=0),
        float(evaluation["mean_return"]) if evaluation else None,
    )


def read_evaluations(run: RunDirectory) -> list[tuple[int, float]]:
    """Environment steps and mean return of each evaluation so far, of a run that may be training now or not exist."""
    path = run.metrics / "evaluation.csv"
    if not path.exists():
        return []
    with path.open(newline="") as file:
        rows = list(csv.DictReader(line for line in file if line.endswith("\n")))
    return [(int(row["actor_steps"]), float(row["mean_return"])) for row in rows]


def last_row(path: Path) -> dict[str, str]:
    """The last row of a CSV file that is whole, by column; empty if there is none."""
    try:
        with path.open("rb") as file:
            header = file.readline()
            start = file.tell()
            file.seek(max(start, file.seek(0, os.SEEK_END) - TAIL_SIZE))
            lines = file.read().splitlines(keepends=True)
    except FileNotFoundError:
        return {}
    whole = [line for line in lines if line.endswith(b"\n")]
    if not whole:
        return {}
    columns, values = csv.reader([header.decode(), whole[-1].decode()])
    return dict(zip(columns, values, strict=True))

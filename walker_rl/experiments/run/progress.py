"""A run's progress, read from the ends of its files."""

import dataclasses
import os
from pathlib import Path

from walker_rl.experiments.run.directory import RunDirectory
from walker_rl.files.metrics_file import STEP_KEY, whole_rows

TAIL_SIZE = 2**16
"""Bytes at the end of a file that are searched for its last row, at least."""


@dataclasses.dataclass(frozen=True)
class Progress:
    """Progress of a run.

    Attributes:
        actor_steps: environment steps at the newest row of any of its files.
        evaluation_return: mean return of the last evaluation; None before the first.
        walltime: seconds of training at that row, estimated between evaluations.
    """

    actor_steps: int
    evaluation_return: float | None
    walltime: float


def read_progress(run: RunDirectory) -> Progress:
    """Reads the progress of a run, which may be training or not exist yet."""
    rows = [last_row(path) for path in run.metrics.glob("*.csv")]
    evaluation = last_row(run.metrics / "evaluation.csv")
    return Progress(
        max((int(row[STEP_KEY]) for row in rows if row), default=0),
        evaluation.get("mean_return"),
        _walltime(run),
    )


def last_row(path: Path) -> dict[str, float]:
    """Returns the last whole row of a CSV file, by column; empty if there is none."""
    try:
        with path.open("rb") as file:
            header = file.readline()
            start = file.tell()
            tail_size = max(TAIL_SIZE, 4 * len(header))  # A row has as many columns, most of them longer.
            file.seek(max(start, file.seek(0, os.SEEK_END) - tail_size))
            columns = whole_rows(header + file.read())
    except OSError:
        return {}
    return {name: float(column[-1]) for name, column in columns.items()}


def _walltime(run: RunDirectory) -> float:
    """Seconds at the last evaluation, and those from it, or from a later start of a process, to the newest row."""
    timing = run.metrics / "timing.csv"
    newest = max(map(_modified, run.metrics.glob("*.csv")), default=0.0)
    since = max(_modified(run.config), _modified(timing)) or newest
    return last_row(timing).get("walltime", 0.0) + max(0.0, newest - since)


def _modified(path: Path) -> float:
    """Returns when a file was changed; 0 if that can't be read, as of a link to nowhere."""
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0

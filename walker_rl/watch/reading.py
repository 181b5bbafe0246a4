"""Reads the page's data from a run's files, which may be half-written, damaged or missing."""

import contextlib
import functools
import math
import os
import time
import urllib.parse
from collections.abc import Callable, Hashable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from walker_rl.analysis.run_paths import real_path, without_repeats
from walker_rl.errors import NotWholeError
from walker_rl.experiments.config import flatten
from walker_rl.experiments.run.alarms import alarms
from walker_rl.experiments.run.directory import RunDirectory
from walker_rl.experiments.run.metrics import (
    MOVING_AVERAGE,
    Columns,
    RunRecord,
    episode_returns,
    read_run_record,
    readable_rows,
    smoothed_returns,
)
from walker_rl.experiments.run.progress import read_progress
from walker_rl.experiments.run.summary import read_summary
from walker_rl.experiments.stored import read_yaml_mapping

MAX_POINTS = 400
"""Maximum points of a curve; longer ones are thinned."""

MAX_DEPTH = 3
"""Levels of folders that are searched for runs, as in runs/tune_d4pg/trials/RUN."""

QUIET_SECONDS = 120.0
"""Seconds without a new row after which a run is shown as quiet."""

REREAD_PERIOD = 300.0
"""Seconds after which files that look unchanged are read again: a disk may have failed to read one."""

Json = dict[str, Any]

VersionT = TypeVar("VersionT")
ValueT = TypeVar("ValueT")

_Files = Mapping[Path, os.stat_result]

_Version = tuple[Hashable, ...]
"""A key that changes whenever a run's files are to be read again."""


def find_runs(path: Path) -> dict[str, RunDirectory]:
    """Finds the run directory at `path`, by its name, or those under the folder `path`, by relative path.

    A run that symbolic links lead to is listed once.
    """
    if (run := RunDirectory(path)).exists:
        return {real_path(path).name: run}
    return {str(run.relative_to(path)): RunDirectory(run) for run in without_repeats(_runs_under(path, MAX_DEPTH))}


def overview(name: str, run: RunDirectory) -> Json:
    """Returns the data that the grid shows of a run."""
    files = _files(run)
    return {
        **_overview(run, _version(files)),
        "name": name,
        "address": urllib.parse.quote(name, safe="", errors="surrogateescape"),  # A name may have any bytes.
        "state": _state(run, files),
    }


def overviews(runs: Mapping[str, RunDirectory]) -> list[Json]:
    """Returns the `overview` of each run whose files can be read."""
    found = []
    for name, run in runs.items():
        with contextlib.suppress(OSError):  # It may have just been deleted.
            found.append(overview(name, run))
    return found


def details(name: str, run: RunDirectory) -> Json:
    """Returns the data that the page shows of a single run."""
    return {
        **overview(name, run),
        **_details(run, _version(_files(run))),
        "path": str(run.path),
        "films": {film: _milliseconds(path) for film, path in run.films.items() if os.path.isfile(path)},
    }


def read_film(run: RunDirectory, film: str) -> bytes | None:
    """Reads the GIF of one of the run's `films`; returns None if there is none."""
    try:
        content = run.films[film].read_bytes()
    except (KeyError, OSError):
        return None
    return content if content.startswith(b"GIF8") else None


def _runs_under(folder: Path, depth: int) -> Iterator[Path]:
    with contextlib.suppress(OSError):
        for path in folder.iterdir():
            if RunDirectory(path).exists:
                yield path
            elif depth > 1:
                yield from _runs_under(path, depth - 1)


def _files(run: RunDirectory) -> _Files:
    paths = (run.config, run.summary, *sorted(run.metrics.glob("*.csv")))
    return {path: path.stat() for path in paths if path.exists()}


def _version(files: _Files) -> _Version:
    changes = ((path, stat.st_ctime_ns, stat.st_mtime_ns, stat.st_size) for path, stat in files.items())
    return time.time() // REREAD_PERIOD, *changes


def _kept(read: Callable[[RunDirectory, VersionT], ValueT]) -> Callable[[RunDirectory, VersionT], ValueT]:
    """Keeps what `read` returned for the last version of each run: files are slow to parse, and a page polls often."""
    values: dict[Path, tuple[VersionT, ValueT]] = {}

    @functools.wraps(read)
    def read_once(run: RunDirectory, version: VersionT) -> ValueT:
        kept = values.get(run.path)
        if kept is None or kept[0] != version:
            kept = values[run.path] = version, read(run, version)
        return kept[1]

    return read_once


@_kept
def _overview(run: RunDirectory, version: _Version) -> Json:
    fields, evaluation = _fields(run), readable_rows(run.metrics, "evaluation")
    returns = evaluation.get("mean_return", np.empty(0))
    return {
        "what": f"{fields.get('agent_name')} on {fields.get('task')}, seed {fields.get('seed')}",
        "steps": read_progress(run).actor_steps,
        "max_steps": _count(fields.get("max_actor_steps")),
        "newest": _number(returns[-1]) if len(returns) else None,
        "best": _number(returns.max()) if len(returns) else None,
        "final": _final_return(run),
        "evaluation": _curve(evaluation, "mean_return"),
    }


@functools.lru_cache(maxsize=16)
def _details(run: RunDirectory, version: _Version) -> Json:
    recorded = read_run_record(run.metrics, _fields(run))
    walltime = readable_rows(run.metrics, "timing").get("walltime", np.empty(0))
    return {
        "minutes": _number(walltime[-1] / 60) if len(walltime) else None,
        "alarms": list(alarms(recorded).values()),
        "extent": _extent(recorded.evaluation),
        "training": _training(recorded),
        "learner": _curves(recorded.learner),
        "conduct": _curves(recorded.conduct),
    }


def _final_return(run: RunDirectory) -> float | None:
    """Returns the best policy's return in the final evaluation, or None before that."""
    with contextlib.suppress(NotWholeError):
        return _number(read_summary(run).best.mean_return)
    return None


def _milliseconds(path: Path) -> int:
    return path.stat().st_mtime_ns // 1_000_000


def _fields(run: RunDirectory) -> Mapping[str, Any]:
    """The configuration by dotted name; empty if it can't be read."""
    if run.config.is_file():
        with contextlib.suppress(NotWholeError):
            return _read_fields(run, _milliseconds(run.config))
    return {}


@_kept  # YAML is the slowest to parse, and changes least.
def _read_fields(run: RunDirectory, version: int) -> Mapping[str, Any]:
    return flatten(read_yaml_mapping(run.config))


def _state(run: RunDirectory, files: _Files) -> str:
    """The run's state in words, judged by the age of the newest row."""
    if run.summary in files:
        return "complete"
    age = time.time() - max((stat.st_mtime for stat in files.values()), default=0.0)
    return "training" if age < QUIET_SECONDS else f"quiet for {age / 60:,.0f} min"


def _curves(columns: Columns) -> dict[str, Json]:
    return {name: _curve(columns, name) for name in columns if name not in ("actor_steps", "learner_steps")}


def _curve(columns: Columns, name: str) -> Json:
    """A column over environment steps, thinned."""
    return _points(columns.get("actor_steps", np.empty(0)), columns.get(name, np.empty(0)))


def _points(steps: np.ndarray, values: np.ndarray) -> Json:
    """Steps and values `[n]` as lists, thinned; none if their lengths differ."""
    length = len(steps) if len(steps) == len(values) else 0
    chosen = np.unique(np.linspace(0, length - 1, min(length, MAX_POINTS)).astype(int))
    return {"steps": _numbers(steps[chosen]), "values": _numbers(values[chosen])}


def _extent(evaluation: Columns) -> Json:
    """The lowest and the highest return of each evaluation."""
    steps, episodes = evaluation.get("actor_steps", np.empty(0)), episode_returns(evaluation) or [np.empty(0)]
    return {"low": _points(steps, np.min(episodes, axis=0)), "high": _points(steps, np.max(episodes, axis=0))}


def _training(recorded: RunRecord) -> Json:
    """A moving average of the training episodes' returns."""
    if len(recorded.training.get("episode_return", ())) < MOVING_AVERAGE:
        return _points(np.empty(0), np.empty(0))
    return _points(*smoothed_returns(recorded.training))


def _numbers(values: np.ndarray) -> list[float | None]:
    return [_number(value) for value in values.tolist()]


def _count(value: Any) -> int | None:
    return value if type(value) is int else None


def _number(value: Any) -> float | None:
    """Converts a finite number to six digits for JSON; None for anything else."""
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
    return float(f"{value:.6g}") if is_number else None

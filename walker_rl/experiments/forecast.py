"""Forecasts a training's time and return from recorded runs of the same agent, settings and task."""

import csv
import heapq
import math
import statistics
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from walker_rl.experiments.config import FREE_TO_CHANGE, ExperimentConfig, changed_fields, flatten, to_dict
from walker_rl.experiments.config_loading import as_overrides, default_fields
from walker_rl.printable import counted, format_duration, format_return
from walker_rl.processes.slots import usable_cpus

TABLE = Path(__file__).with_name("forecast.csv")
"""Means of recorded runs at each evaluation; `make figures` writes it from `results/`."""

TEST_SECONDS = 0.00103
"""Time of one round of the speed test on the machine to whose speed the table's times are scaled."""

_NUM_ROUNDS = 50

_MAY_DIFFER = (*FREE_TO_CHANGE, "seed", "task", "threads.inter_op", "distributed.", "evaluation.", "log_period")
"""Fields that don't change the returns of a training; the task is compared separately."""

_SCALED = "scaled by a short speed test, for an otherwise idle machine"


class RecordedMean(NamedTuple):
    """One evaluation of an agent's recorded runs with the same task and settings.

    Attributes:
        agent_name: name of the agent.
        task: name of the task.
        settings: the runs' changed fields, as `settings_of` returns them.
        actor_steps: environment steps.
        num_runs: number of runs that were this long.
        mean_return: mean over the runs of the evaluation's mean return.
        min_walltime: seconds of training of the fastest run.
        median_walltime: median of the runs' seconds; slower ones often shared their machine with other work.
    """

    agent_name: str
    task: str
    settings: str
    actor_steps: int
    num_runs: int
    mean_return: float
    min_walltime: float
    median_walltime: float


def settings_of(config: ExperimentConfig) -> str:
    """Returns the fields that differ from the defaults, except `_MAY_DIFFER`, as in "agent.n_step=3 agent.tau=0.1"."""
    defaults = default_fields(config.agent_name)
    changed = changed_fields(flatten(to_dict(config)), defaults)
    kept = {name: changed[name] for name in sorted(changed) if not name.startswith(_MAY_DIFFER)}
    return " ".join(as_overrides(kept))


def read_table() -> list[RecordedMean]:
    """Reads the table."""
    with TABLE.open(newline="") as file:
        rows = list(csv.DictReader(file))
    kinds = RecordedMean.__annotations__
    return [RecordedMean(**{name: kinds[name](cell) for name, cell in row.items()}) for row in rows]


def forecast(config: ExperimentConfig, slowdown: float | None = None) -> str | None:
    """Returns a line on a training's time and return, or None if no such run is recorded.

    Args:
        config: the experiment's configuration.
        slowdown: this machine's time relative to that of the recording machine; None runs a speed test.
    """
    recorded = _like(config, read_table())
    if not recorded:
        return None
    slowdown = _slowdown() if slowdown is None else slowdown
    row, steps = _end(config, recorded, slowdown)
    if row is None:
        return None
    extent = _extent(*_span(config, recorded, steps, slowdown))
    when = f"in {extent}" if row.actor_steps == steps else f"and the end after {extent}"
    return (
        f"Expect a return of {format_return(row.mean_return)} after {row.actor_steps:,} steps, {when} "
        f"(the mean of {counted(row.num_runs, 'recorded run')}; times {_SCALED})"
    )


def forecast_many(configs: Sequence[ExperimentConfig], num_jobs: int | None, slowdown: float | None = None) -> str:
    """Returns a line on the time of several trainings, each from its start, and on those whose time is unknown.

    Args:
        configs: configurations in the order of training, at least one.
        num_jobs: trainings at a time; None for one per usable CPU. More of them share the CPUs.
        slowdown: this machine's time relative to that of the recording machine; None runs a speed test.
    """
    table = read_table()
    recorded = [(config, _like(config, table)) for config in configs]
    known = [(config, rows) for config, rows in recorded if rows]
    unknown = [f"{config.agent_name} on {config.task}" for config, rows in recorded if not rows]
    which = f"{len(unknown):,} of {counted(len(configs), 'run')} ({', '.join(dict.fromkeys(unknown))})"
    left_out = f"no run is recorded with the task and the settings of {which}"
    if not known:
        return f"No forecast of the time: {left_out}"
    num_jobs = min(num_jobs or usable_cpus(), len(known))
    slowdown = (_slowdown() if slowdown is None else slowdown) * max(1.0, num_jobs / usable_cpus())
    spans = [_span(config, rows, _end(config, rows, slowdown)[1], slowdown) for config, rows in known]
    extent = _extent(*(_makespan(seconds, num_jobs) for seconds in zip(*spans, strict=True)))
    at_a_time = f"{num_jobs} at a time, " if num_jobs > 1 else ""
    return (
        f"Expect {extent} for {counted(len(known), 'run')}, {at_a_time}each from its start "
        f"(as recorded runs took; times {_SCALED}){f'; {left_out}' if unknown else ''}"
    )


def _like(config: ExperimentConfig, table: Sequence[RecordedMean]) -> list[RecordedMean]:
    """Returns the evaluations of the recorded runs with a configuration's task, agent and settings."""
    which = (config.agent_name, config.task, settings_of(config))
    return [row for row in table if (row.agent_name, row.task, row.settings) == which]


def _end(
    config: ExperimentConfig, recorded: Sequence[RecordedMean], slowdown: float
) -> tuple[RecordedMean | None, int]:
    """Returns the last evaluation that a training reaches, if any, and the steps at its end unless time ends it."""
    max_walltime = math.inf if config.max_walltime is None else config.max_walltime / slowdown
    target_return = math.inf if config.target_return is None else config.target_return
    within = [
        row for row in recorded if row.actor_steps <= config.max_actor_steps and row.median_walltime <= max_walltime
    ]
    for row in within:
        if row.mean_return >= target_return:
            return row, row.actor_steps
    return (within[-1] if within else None), config.max_actor_steps


def _span(
    config: ExperimentConfig, recorded: Sequence[RecordedMean], steps: int, slowdown: float
) -> tuple[float, float]:
    """Returns the seconds of the fastest and the median run to `steps`, extrapolated beyond the table."""
    limit = math.inf if config.max_walltime is None else config.max_walltime
    grid = [0, *(row.actor_steps for row in recorded)]
    scale = slowdown * max(1.0, steps / grid[-1])
    fastest = np.interp(steps, grid, [0.0, *(row.min_walltime for row in recorded)])
    median = np.interp(steps, grid, [0.0, *(row.median_walltime for row in recorded)])
    return min(limit, scale * float(fastest)), min(limit, scale * float(median))


def _makespan(seconds: Sequence[float], num_jobs: int) -> float:
    """Returns the time of jobs in their order if each takes the slot that is free first."""
    ends = [0.0] * num_jobs
    for duration in seconds:
        heapq.heapreplace(ends, ends[0] + duration)
    return max(ends)


def _extent(low: float, high: float) -> str:
    return " to ".join(dict.fromkeys(map(format_duration, (low, high))))


def _slowdown() -> float:
    """Times products of `[64, 64]` matrices, which dominate an update and are too small for threads."""
    matrix = np.full((64, 64), 1 / 64, np.float32)
    seconds = []
    for _ in range(_NUM_ROUNDS):
        began = time.perf_counter()
        for _ in range(100):
            matrix = matrix @ matrix
        seconds.append(time.perf_counter() - began)
    return statistics.median(seconds) / TEST_SECONDS

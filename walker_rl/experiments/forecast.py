"""Forecasts a training's time and return from recorded runs of the same agent, settings and task."""

import csv
import math
import statistics
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np

from walker_rl.agents import config_class
from walker_rl.experiments.config import ExperimentConfig
from walker_rl.terminal.display import format_duration

TABLE = Path(__file__).with_name("forecast.csv")
"""Means of recorded runs at each evaluation; `make figures` writes it from `results/`."""

TEST_SECONDS = 0.00103
"""Time of one round of the speed test on a machine like the one that recorded the runs."""

_NUM_ROUNDS = 50


class Recorded(NamedTuple):
    """One evaluation of the recorded runs with an agent's defaults.

    Attributes:
        agent_name: name of the agent.
        task: name of the task.
        actor_steps: environment steps.
        num_runs: number of runs that were this long.
        mean_return: mean over the runs of the evaluation's mean return.
        min_walltime: seconds of training of the fastest run.
        max_walltime: seconds of training of the slowest run.
    """

    agent_name: str
    task: str
    actor_steps: int
    num_runs: int
    mean_return: float
    min_walltime: float
    max_walltime: float

    @property
    def walltime(self) -> float:
        """Midpoint of the two walltimes."""
        return (self.min_walltime + self.max_walltime) / 2


def read_table(path: Path = TABLE) -> list[Recorded]:
    """Reads the table."""
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    kinds = Recorded.__annotations__
    return [Recorded(**{name: kinds[name](cell) for name, cell in row.items()}) for row in rows]


def forecast(config: ExperimentConfig, slowdown: float | None = None) -> str | None:
    """Returns a line on a training's time and return, or None if no such run is recorded.

    Args:
        config: the experiment's configuration.
        slowdown: this machine's time relative to that of the recording machine; None runs a speed test.
    """
    recorded = [row for row in read_table() if (row.agent_name, row.task) == (config.agent_name, config.task)]
    if not recorded or config.agent != config_class(config.agent_name)():
        return None
    slowdown = _slowdown() if slowdown is None else slowdown
    max_walltime = math.inf if config.max_walltime is None else config.max_walltime / slowdown
    within = [row for row in recorded if row.actor_steps <= config.max_actor_steps and row.walltime <= max_walltime]
    if not within:
        return None
    target_return = math.inf if config.target_return is None else config.target_return
    row = next((row for row in within if row.mean_return >= target_return), within[-1])
    times = [format_duration(seconds * slowdown) for seconds in (row.min_walltime, row.max_walltime)]
    extent = " to ".join(dict.fromkeys(times))
    return (
        f"Expect a return of {row.mean_return:,.0f} after {row.actor_steps:,} steps, in {extent}: the mean of "
        f"{row.num_runs} runs like this one, and their times, scaled by a short speed test"
    )


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

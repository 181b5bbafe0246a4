"""Writes the table of recorded runs from which `walker-rl train` makes its forecasts.

It has the comparison's runs (lengthened or not), PPO's, those of D4PG's presets and those on other tasks. Other
folders of `results/` serve other purposes or have older settings.
"""

import argparse
import dataclasses
import shlex
import statistics
from collections import defaultdict
from pathlib import Path

import numpy as np

from walker_rl.analysis.compared_run import ComparedRun
from walker_rl.analysis.runs import read_runs
from walker_rl.analysis.tables import write_table
from walker_rl.experiments.config_loading import load_config
from walker_rl.experiments.forecast import TABLE, RecordedMean, settings_of

RESULTS = Path(__file__).parents[1] / "results"
FOLDERS = {
    "walker2d_300k": 1.0,
    "walker2d_1m": 1.0,
    "walker2d_2m": 0.65,
    "walker2d_fast": 0.65,
    "walker2d_steady": 0.65,
    "other_tasks": 0.65,
    "hopper_calm": 0.65,
}
"""Time of the forecast's speed test on the machine that recorded a folder's runs, relative to `TEST_SECONDS`."""


Key = tuple[str, str, str]
"""Agent, task and settings."""


def write_forecast_table(path: Path) -> None:
    """Writes the table to `path`, with a row for each evaluation of each agent, task and settings."""
    longest: dict[tuple[Key, int], ComparedRun] = {}
    for folder, slowdown in FOLDERS.items():  # A longer run replaces that of the same seed.
        for run in read_runs([RESULTS / folder]):
            longest[_key(run), run.seed] = dataclasses.replace(run, walltime=run.walltime / slowdown)
    groups = defaultdict(list)
    for (key, _), run in longest.items():
        groups[key].append(run)
    write_table(path, [row._asdict() for key in sorted(groups) for row in _rows(key, groups[key])])


def _key(run: ComparedRun) -> Key:
    """Agent, task and settings of the command that makes such a run."""
    _, _, agent_name, *options = shlex.split(run.command)
    return agent_name, run.task, settings_of(load_config(agent_name, (), [word for word in options if word != "--set"]))


def _rows(key: Key, runs: list[ComparedRun]) -> list[RecordedMean]:
    rows = []
    for steps in np.unique(np.concatenate([run.actor_steps for run in runs])):
        at = [(run, index) for run in runs for index in np.flatnonzero(run.actor_steps == steps)]
        walltimes = [float(run.walltime[index]) for run, index in at]
        mean_return = float(np.mean([run.returns[index] for run, index in at]))
        median = statistics.median(walltimes)
        rows.append(RecordedMean(*key, int(steps), len(at), mean_return, min(walltimes), median))
    return rows


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.parse_args()
    write_forecast_table(TABLE)

"""Writes the table of recorded runs from which `walker-rl train` makes its forecasts.

It has the comparison's runs, lengthened or not, and PPO's. Other folders of `results/` serve other purposes or have
other settings. The gait search was made with older defaults.
"""

import argparse
from collections import defaultdict
from pathlib import Path

import numpy as np

from walker_rl.analysis.runs import Run, read_runs
from walker_rl.analysis.tables import write_table
from walker_rl.experiments.forecast import TABLE, RecordedMean

RESULTS = Path(__file__).parents[1] / "results"
FOLDERS = ("walker2d_300k", "walker2d_1m", "walker2d_2m")
OTHER_DEFAULTS = ("gait",)


def write_forecast_table(path: Path) -> None:
    """Writes the table to `path`, with a row for each evaluation of each agent."""
    longest: dict[tuple[str, str, int], Run] = {}
    for folder in FOLDERS:  # A longer run replaces that of the same seed.
        longest |= {(run.group, run.task, run.seed): run for run in read_runs([RESULTS / folder])}
    groups = defaultdict(list)
    for (agent_name, task, _), run in longest.items():
        if agent_name not in OTHER_DEFAULTS:
            groups[agent_name, task].append(run)
    write_table(path, [row._asdict() for key in sorted(groups) for row in _rows(*key, groups[key])])


def _rows(agent_name: str, task: str, runs: list[Run]) -> list[RecordedMean]:
    rows = []
    for steps in np.unique(np.concatenate([run.actor_steps for run in runs])):
        at = [(run, index) for run in runs for index in np.flatnonzero(run.actor_steps == steps)]
        walltimes = [float(run.walltime[index]) for run, index in at]
        mean_return = float(np.mean([run.returns[index] for run, index in at]))
        rows.append(RecordedMean(agent_name, task, int(steps), len(at), mean_return, min(walltimes), max(walltimes)))
    return rows


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.parse_args()
    write_forecast_table(TABLE)

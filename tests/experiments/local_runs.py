"""Runs of the local runner in this process."""

import contextlib
from pathlib import Path

from walker_rl.experiments.config import ExperimentConfig
from walker_rl.experiments.local import train
from walker_rl.experiments.parts import make_parts
from walker_rl.experiments.run.creation import create_run_directory
from walker_rl.experiments.run.directory import RunDirectory
from walker_rl.processes.signals import StopSignals


def train_new(path: Path, config: ExperimentConfig) -> RunDirectory:
    """Trains from the start, in a new run directory."""
    run = create_run_directory(path, config)
    with contextlib.closing(make_parts(config)) as parts:
        train(config, parts, run, StopSignals(), resume=False)
    return run


def train_on(run: RunDirectory, config: ExperimentConfig) -> None:
    """Resumes a run."""
    with contextlib.closing(make_parts(config)) as parts:
        train(config, parts, run, StopSignals(), resume=True)

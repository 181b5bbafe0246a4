"""A training in a temporary run directory."""

import contextlib
import tempfile
from collections.abc import Callable
from pathlib import Path

from walker_rl.experiments.config import ExperimentConfig
from walker_rl.experiments.evaluator.evaluator import Evaluator
from walker_rl.experiments.local import LocalRunner
from walker_rl.experiments.parts import Parts
from walker_rl.experiments.run.creation import create_run_directory
from walker_rl.experiments.run.recorder import Recorder
from walker_rl.terminal.display import Display


def run_locally(config: ExperimentConfig, parts: Parts, before_each_step: Callable[[int], bool]) -> None:
    """Trains with the unmodified local runner.

    Args:
        config: the experiment's configuration.
        parts: parts made from `config`.
        before_each_step: function that takes the number of steps so far and returns True to stop.
    """
    num_steps = -1

    def stop_requested() -> bool:
        nonlocal num_steps
        num_steps += 1
        return before_each_step(num_steps)

    display = Display()
    with tempfile.TemporaryDirectory() as folder:
        run = create_run_directory(Path(folder) / "run", config)
        with (
            contextlib.closing(Evaluator(config, parts.learner_side.builder.architecture, run, display)) as evaluator,
            contextlib.closing(Recorder(config, run, display)) as recorder,
        ):
            LocalRunner(config, parts, evaluator, recorder, run, display).train(stop_requested)

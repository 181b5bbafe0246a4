"""`walker-rl train AGENT`: one process, one loop."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from walker_rl.cli.experiment import (
    ConfigFiles,
    Overrides,
    Prior,
    Resume,
    RunDir,
    Seed,
    Steps,
    Task,
    all_overrides,
    make_agent_app,
    print_prior,
    prior_override,
    resume_command,
    resumed_experiment,
    tell_outcome,
)
from walker_rl.cli.launching import Request
from walker_rl.cli.watch import where_to_look
from walker_rl.experiments.config import ExperimentConfig
from walker_rl.processes.exit_statuses import COMPLETE
from walker_rl.processes.signals import StopSignals

if TYPE_CHECKING:
    from walker_rl.experiments.parts import Parts
    from walker_rl.experiments.run.directory import RunDirectory

RUNNER = "train"


def make_train_app() -> typer.Typer:
    """The group `train` with a command per agent."""
    return make_agent_app("Train an agent; `walker-rl train AGENT --help` lists its hyperparameters.", _make_command)


def _make_command(agent_name: str) -> Callable[..., int]:
    def train_command(
        config: ConfigFiles = None,
        overrides: Overrides = None,
        task: Task = None,
        seed: Seed = None,
        steps: Steps = None,
        prior: Prior = None,
        run_dir: RunDir = None,
        resume: Resume = None,
    ) -> int:
        changes = [*all_overrides(overrides, task, seed, steps), *prior_override(agent_name, prior)]
        with StopSignals(raises=True) as signals:  # Before slow imports, which may swallow a KeyboardInterrupt.
            return _train(Request(agent_name, config or [], changes, run_dir), resume, signals)

    return train_command


def _train(request: Request, resume: Path | None, signals: StopSignals) -> int:
    from walker_rl.errors import UserError
    from walker_rl.experiments.config_loading import load_config
    from walker_rl.experiments.run.directory import create_run_directory, default_path, locked
    from walker_rl.experiments.run.trackers import check_trackers

    run = None
    if resume is None:
        config = load_config(request.agent_name, request.files, request.overrides)
    elif request.run_dir is None:
        config, run = resumed_experiment(request.agent_name, resume, request.files, request.overrides, RUNNER)
    else:
        raise UserError(f"run_dir = {request.run_dir}: must not be given with --resume {resume}")
    check_trackers(config)
    with _parts(config) as parts:  # before the directory: what is refused leaves nothing behind
        run = run or create_run_directory(request.run_dir or default_path(config), config, RUNNER)
        with locked(run):
            return _run(config, parts, run, signals, resume=resume is not None)


@contextlib.contextmanager
def _parts(config: ExperimentConfig) -> Iterator[Parts]:
    from walker_rl.runtime import configure_process

    configure_process(config.threads.intra_op, config.threads.inter_op)

    from walker_rl.experiments.parts import make_parts

    with contextlib.closing(make_parts(config)) as parts:
        yield parts


def _run(config: ExperimentConfig, parts: Parts, run: RunDirectory, signals: StopSignals, *, resume: bool) -> int:
    from walker_rl.errors import RunError
    from walker_rl.experiments.local import train

    going_on = f"to go on from the newest checkpoint: {resume_command(RUNNER, config.agent_name, run.path)}"
    what = f"{config.agent_name} on {config.task} for {config.max_actor_steps:,} steps in {run.path}"
    print(f"Training {what}", flush=True)
    print_prior(config, run)
    print(where_to_look(run.path, run.tensorboard), flush=True)
    try:
        if train(config, parts, run, signals, resume=resume):
            tell_outcome(config, run)
            return COMPLETE
    except KeyboardInterrupt:
        pass
    except OSError as error:
        raise RunError(f"{error.filename or run.path}: {error.strerror}; {going_on}") from None
    print(f"Interrupted; {going_on}")
    return signals.exit_status

"""`walker-rl launch AGENT`: central process, evaluator and actors, as processes of this machine."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from walker_rl.cli.experiment import (
    ConfigFiles,
    Overrides,
    Resume,
    RunDir,
    Seed,
    Steps,
    Task,
    all_overrides,
    make_agent_app,
    resume_command,
    resumed_experiment,
    tell_outcome,
)
from walker_rl.experiments.config import ExperimentConfig

if TYPE_CHECKING:
    from walker_rl.experiments.run_directory import RunDirectory

RUNNER = "launch"

NumActors = Annotated[
    int | None, typer.Option(min=1, help="Processes that act.  [default: as many as there are cores]")
]
OpenPorts = Annotated[
    bool, typer.Option("--open-ports", help="Let any machine that reaches this one connect, without a password.")
]
Port = Annotated[
    int | None, typer.Option(min=1, max=65535, help="Where the Reverb server listens.  [default: any that is free]")
]


def make_launch_app() -> typer.Typer:
    """The group `launch` with a command per agent."""
    text = "Train an agent with many processes: a learner, an evaluator and actors."
    return make_agent_app(text, _make_command)


def _make_command(agent_name: str) -> Callable[..., int]:
    def launch_command(
        num_actors: NumActors = None,
        config: ConfigFiles = None,
        overrides: Overrides = None,
        task: Task = None,
        seed: Seed = None,
        steps: Steps = None,
        run_dir: RunDir = None,
        resume: Resume = None,
        open_ports: OpenPorts = False,
        port: Port = None,
    ) -> int:
        changes = all_overrides(overrides, task, seed, steps)
        return _launch(agent_name, num_actors, config or [], changes, run_dir, resume, open_ports, port)

    return launch_command


def _launch(
    agent_name: str,
    num_actors: int | None,
    files: list[Path],
    overrides: list[str],
    path: Path | None,
    resume: Path | None,
    open_ports: bool,
    port: int | None,
) -> int:
    from walker_rl.errors import UserError
    from walker_rl.experiments.run_directory import locked, update_config

    if path is not None and resume is not None:
        raise UserError(f"run_dir = {path}: must not be given with --resume {resume}")
    if not open_ports:
        _enter_private_network()
    port = _checked_port(port)
    if resume is None:
        config, run = _new_experiment(agent_name, files, overrides, path)
    else:
        config, run = resumed_experiment(agent_name, resume, files, overrides, RUNNER)
    with locked(run):
        if resume is not None:
            update_config(run, config)
        return _run(config, run, num_actors or len(os.sched_getaffinity(0)), port, open_ports)


def _enter_private_network() -> None:
    from walker_rl.errors import UserError
    from walker_rl.experiments.distributed.isolation import enter_private_network

    try:
        enter_private_network()
    except OSError as error:
        raise UserError(
            f"open_ports = false: must be true on this system, which allows no private network ({error.strerror}); "
            "--open-ports lets a Reverb server listen on every interface without a password"
        ) from None


def _checked_port(port: int | None) -> int:
    from walker_rl.errors import UserError
    from walker_rl.experiments.distributed.isolation import free_port, is_free

    if port is not None and not is_free(port):
        raise UserError(f"port = {port}: must be free; another server listens there")
    return port or free_port()


def _new_experiment(
    agent_name: str, files: list[Path], overrides: list[str], path: Path | None
) -> tuple[ExperimentConfig, RunDirectory]:
    from walker_rl.errors import UserError
    from walker_rl.experiments.config_loading import load_config
    from walker_rl.experiments.run_directory import create_run_directory, default_path
    from walker_rl.runtime import set_environment

    config = load_config(agent_name, files, overrides)
    if config.replay != "arrays":
        raise UserError(f"replay = {config.replay}: must be arrays with launch, whose Reverb server only carries")
    set_environment()

    from walker_rl.environments import find_task

    find_task(config.task)
    return config, create_run_directory(path or default_path(config), config, RUNNER)


def _run(config: ExperimentConfig, run: RunDirectory, num_actors: int, port: int, open_ports: bool) -> int:
    from walker_rl.errors import RunError
    from walker_rl.experiments.distributed.launcher import launch

    options = ["--num-actors", str(num_actors), *(["--open-ports"] if open_ports else [])]
    going_on = f"to go on from the newest checkpoint: {resume_command(RUNNER, config.agent_name, run.path, *options)}"
    what = f"{config.agent_name} on {config.task} for {config.max_actor_steps:,} steps in {run.path}"
    print(f"Training {what} with {num_actors} actors; each process writes to {run.logs}", flush=True)
    try:
        status = launch(config, run, num_actors, port, open_ports)
        if status == 0:
            tell_outcome(config, run)
            return 0
    except RunError as error:
        raise RunError(f"{error}; {going_on}") from None
    except OSError as error:
        raise RunError(f"{error.filename or run.path}: {error.strerror}; {going_on}") from None
    print(f"Stopped; {going_on}")
    return status

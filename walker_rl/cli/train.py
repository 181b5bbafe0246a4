"""`walker-rl train AGENT`: one command for each agent, found by listing."""

from __future__ import annotations

import contextlib
import inspect
import os
import shlex
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
import typer.core

from walker_rl.agents import agent_names, config_class
from walker_rl.cli.hyperparameter_table import hyperparameter_table
from walker_rl.experiments.config import ExperimentConfig, differences, experiment_class, to_dict

if TYPE_CHECKING:
    from walker_rl.experiments.components import Components
    from walker_rl.experiments.run_directory import RunDirectory


def make_train_app() -> typer.Typer:
    """The group `train` with a command per agent."""
    app = typer.Typer(
        cls=_AgentGroup,
        help="Train an agent; `walker-rl train AGENT --help` lists its hyperparameters.",
        rich_markup_mode=None,
    )
    for name in agent_names():
        summary = (inspect.getdoc(config_class(name)) or "").splitlines()[0]
        fields = hyperparameter_table(experiment_class(name))
        epilog = f"\b\nFields, set with --config FILE or --set FIELD=VALUE:\n{fields}"
        app.command(name, help=summary, epilog=epilog)(_make_command(name))
    return app


class _AgentGroup(typer.core.TyperGroup):
    """Says which agents there are where another is asked for."""

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        return super().get_command(ctx, cmd_name) or experiment_class(cmd_name)


def _make_command(agent_name: str) -> Callable[..., int]:
    def train_command(
        config: Annotated[
            list[Path] | None, typer.Option("--config", metavar="FILE", help="YAML of fields; may be repeated.")
        ] = None,
        overrides: Annotated[
            list[str] | None, typer.Option("--set", metavar="FIELD=VALUE", help="Set one field; may be repeated.")
        ] = None,
        task: Annotated[str | None, typer.Option(help="Short for --set task=...; see walker-rl list.")] = None,
        seed: Annotated[int | None, typer.Option(help="Short for --set seed=...")] = None,
        steps: Annotated[int | None, typer.Option(help="Short for --set max_actor_steps=...")] = None,
        run_dir: Annotated[
            Path | None, typer.Option(help="Where everything is written.  [default: runs/AGENT_TASK_SEED_TIME]")
        ] = None,
        resume: Annotated[
            Path | None, typer.Option(metavar="RUN", help="Go on with an interrupted run directory.")
        ] = None,
    ) -> int:
        shorthands = {"task": task, "seed": seed, "max_actor_steps": steps}
        fields = [f"{name}={value}" for name, value in shorthands.items() if value is not None]
        return _train(agent_name, list(config or []), [*(overrides or []), *fields], run_dir, resume)

    return train_command


def _train(agent_name: str, files: list[Path], overrides: list[str], path: Path | None, resume: Path | None) -> int:
    from walker_rl.errors import UserError
    from walker_rl.experiments.config_loading import load_config
    from walker_rl.experiments.run_directory import open_run_directory

    if resume is None:
        return _start(load_config(agent_name, files, overrides), path)
    if path is not None:
        raise UserError(f"run_dir = {path}: must not be given with --resume {resume}")
    run = open_run_directory(resume)
    config = load_config(agent_name, [run.config, *files], overrides)
    for difference in differences(to_dict(config), to_dict(load_config(agent_name, [run.config]))):
        raise UserError(f"{difference}: must be as in {run.config} to resume that run")
    return _resume(config, run)


def _start(config: ExperimentConfig, path: Path | None) -> int:
    from walker_rl.experiments.run_directory import create_run_directory, default_path, locked

    with _components(config) as components:  # before the directory: what is refused leaves nothing behind
        run = create_run_directory(path or default_path(config), config)
        with locked(run):
            return _run(config, components, run, resume=False)


def _resume(config: ExperimentConfig, run: RunDirectory) -> int:
    from walker_rl.experiments.run_directory import locked

    with locked(run), _components(config) as components:
        return _run(config, components, run, resume=True)


@contextlib.contextmanager
def _components(config: ExperimentConfig) -> Iterator[Components]:
    from walker_rl.runtime import configure_process

    configure_process(config.threads.intra_op, config.threads.inter_op)

    from walker_rl.experiments.components import make_components

    with contextlib.closing(make_components(config)) as components:
        yield components


def _run(config: ExperimentConfig, components: Components, run: RunDirectory, *, resume: bool) -> int:
    from walker_rl.errors import RunError
    from walker_rl.experiments.run_directory import update_config
    from walker_rl.experiments.training import train

    what = f"{config.agent_name} on {config.task}"
    going_on = f"to go on from the newest checkpoint: {_resume_command(config.agent_name, run.path)}"
    print(f"Training {what} for {config.max_actor_steps:,} steps in {run.path}", flush=True)
    try:
        if resume:
            update_config(run, config)
        evaluations = train(config, components, run, resume=resume)
        if evaluations is not None:
            from walker_rl.analysis.curve import plot_curve

            plot_curve(run.metrics, run.curve, f"{what}, seed {config.seed}")
    except KeyboardInterrupt:
        evaluations = None
    except OSError as error:
        raise RunError(f"{error.filename or run.path}: {error.strerror}; {going_on}") from None
    if evaluations is None:
        print(f"Interrupted; {going_on}")
        return 130
    for name, evaluation in evaluations.items():
        returns = ", ".join(f"{value:.0f}" for value in evaluation.episode_returns)
        print(f"{name} policy: return {evaluation.mean:.1f} +- {evaluation.stddev:.1f} ({returns})")
    for written in (run.best_policy, run.last_policy, run.best_video, run.curve, run.metrics, run.tensorboard):
        if written.exists():
            print(f"  {written}")
    return 0


def _resume_command(agent_name: str, path: Path) -> str:
    """What to type; `make` leaves the command off the PATH."""
    program = "walker-rl"
    if shutil.which(program) is None:
        program = os.path.relpath(Path(sys.executable).with_name(program))
    return shlex.join([program, "train", agent_name, "--resume", str(path)])

"""`walker-rl train AGENT`: one command for each agent, found by listing."""

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from walker_rl.agents import agent_names, config_class
from walker_rl.cli.hyperparameter_table import hyperparameter_table
from walker_rl.experiments.config import ExperimentConfig, experiment_class


def make_train_app() -> typer.Typer:
    """The group `train` with a command per agent."""
    app = typer.Typer(
        help="Train an agent; `walker-rl train AGENT --help` lists its hyperparameters.",
        rich_markup_mode=None,
    )
    for name in agent_names():
        summary = (inspect.getdoc(config_class(name)) or "").splitlines()[0]
        fields = hyperparameter_table(experiment_class(name))
        epilog = f"\b\nFields, set with --config FILE or --set FIELD=VALUE:\n{fields}"
        app.command(name, help=summary, epilog=epilog)(_make_command(name))
    return app


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
    from walker_rl.experiments.run_directory import create_run_directory, default_path, open_run_directory

    if resume is None:
        config = load_config(agent_name, files, overrides)
    elif path is not None:
        raise UserError(f"run_dir = {path}: must not be given with --resume {resume}")
    else:
        run = open_run_directory(resume)
        config = load_config(agent_name, [run.config, *files], overrides)

    from walker_rl.runtime import configure_process

    configure_process(config.threads.intra_op, config.threads.inter_op)

    from walker_rl.environments import find_task

    find_task(config.task)
    if resume is None:
        run = create_run_directory(path or default_path(config), config)
    return _run(config, run.path, resume=resume is not None)


def _run(config: ExperimentConfig, path: Path, *, resume: bool) -> int:
    from walker_rl.analysis.curve import plot_curve
    from walker_rl.errors import RunError
    from walker_rl.experiments.run_directory import RunDirectory
    from walker_rl.experiments.training import train

    run = RunDirectory(path)
    going_on = f"walker-rl train {config.agent_name} --resume {path}"
    print(f"Training {config.agent_name} on {config.task} for {config.max_actor_steps:,} steps in {path}", flush=True)
    try:
        evaluations = train(config, run, resume=resume)
    except RunError as error:
        raise RunError(f"{error}; from the last good checkpoint: {going_on}") from None
    if evaluations is None:
        print(f"Interrupted; a checkpoint is written. To go on: {going_on}")
        return 130
    for name, evaluation in evaluations.items():
        returns = ", ".join(f"{value:.0f}" for value in evaluation.episode_returns)
        print(f"{name} policy: return {evaluation.mean:.1f} +- {evaluation.stddev:.1f} ({returns})")
    plot_curve(run.metrics, run.curve, f"{config.agent_name} on {config.task}, seed {config.seed}")
    for written in (run.best_policy, run.last_policy, run.videos / "best.gif", run.curve, run.metrics, run.tensorboard):
        print(f"  {written}")
    return 0

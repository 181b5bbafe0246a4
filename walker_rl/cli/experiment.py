"""What `train` and `launch` share: a command for each agent, an experiment's options, and the words at its end."""

from __future__ import annotations

import inspect
import json
import os
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
import typer.core

from walker_rl.agents import agent_names, config_class
from walker_rl.cli.hyperparameter_table import hyperparameter_table
from walker_rl.cli.program import typed
from walker_rl.experiments.config import ExperimentConfig, experiment_class

if TYPE_CHECKING:
    from walker_rl.experiments.run.directory import RunDirectory

ConfigFiles = Annotated[
    list[Path] | None, typer.Option("--config", metavar="FILE", help="YAML of fields; may be repeated.")
]
Overrides = Annotated[
    list[str] | None, typer.Option("--set", metavar="FIELD=VALUE", help="Set one field; may be repeated.")
]
Task = Annotated[str | None, typer.Option(help="Short for --set task=...; see walker-rl list.")]
Seed = Annotated[int | None, typer.Option(help="Short for --set seed=...")]
Steps = Annotated[int | None, typer.Option(help="Short for --set max_actor_steps=...")]
Prior = Annotated[
    str | None,
    typer.Option(metavar="POLICY", help="Short for --set agent.prior.policy=...: played before training."),
]
RunDir = Annotated[
    Path | None, typer.Option(help="Where everything is written.  [default: runs/AGENT_TASK_seedSEED_TIME]")
]
Resume = Annotated[Path | None, typer.Option(metavar="RUN", help="Go on with an interrupted run directory.")]


SCHEDULES = """\
A schedule is [FIRST, LAST, BEGIN, END]: FIRST up to environment step BEGIN, then linearly to LAST at step END."""


def make_agent_app(text: str, make_command: Callable[[str], Callable[..., int]]) -> typer.Typer:
    """A group with a command per agent, made by `make_command` from the agent's name."""
    app = typer.Typer(cls=_AgentGroup, help=text, rich_markup_mode=None)
    for name in agent_names():
        summary = (inspect.getdoc(config_class(name)) or "").splitlines()[0]
        fields = hyperparameter_table(experiment_class(name))
        epilog = f"\b\nFields, set with --config FILE or --set FIELD=VALUE:\n{fields}\n\n\b\n{SCHEDULES}"
        app.command(name, help=summary, epilog=epilog)(make_command(name))
    return app


class _AgentGroup(typer.core.TyperGroup):
    """Says which agents there are where another is asked for."""

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        return super().get_command(ctx, cmd_name) or experiment_class(cmd_name)


def all_overrides(overrides: list[str] | None, task: str | None, seed: int | None, steps: int | None) -> list[str]:
    """The overrides with the short forms among them."""
    short_forms = {"task": task, "seed": seed, "max_actor_steps": steps}
    return [*(overrides or []), *(f"{name}={value}" for name, value in short_forms.items() if value is not None)]


def prior_override(agent_name: str, prior: str | None) -> list[str]:
    """The override that `--prior` is short for, with an absolute path, so that the run can be resumed from anywhere.

    Raises:
        UserError: if the agent does not learn from replay.
    """
    from walker_rl.errors import UserError
    from walker_rl.pretrained import pretrained_policies

    if prior is None:
        return []
    if not hasattr(config_class(agent_name)(), "prior"):
        raise UserError(f"prior = {prior}: must not be given with {agent_name}, which does not learn from replay")
    is_name = prior in {policy.name for policy in pretrained_policies()}
    return [f"agent.prior.policy={prior if is_name else os.path.abspath(prior)}"]


def resumed_experiment(
    agent_name: str, run_dir: Path, files: list[Path], overrides: list[str], runner: str
) -> tuple[ExperimentConfig, RunDirectory]:
    """The run in `run_dir` and its configuration with what may be changed.

    Args:
        agent_name: of the run.
        run_dir: its directory.
        files: YAML of changes.
        overrides: further changes.
        runner: the command that goes on with it, "train" or "launch".

    Raises:
        UserError: if it is no run of that command, or can't be gone on with.
    """
    from walker_rl.errors import UserError
    from walker_rl.experiments.config_loading import load_config
    from walker_rl.experiments.run.directory import open_run_directory
    from walker_rl.experiments.run.resuming import check_has_checkpoint, check_same_experiment

    run = open_run_directory(run_dir)
    config = load_config(agent_name, [run.config, *files], overrides)
    if runner != run.runner:
        raise UserError(f"run = {run.path}: must be resumed with walker-rl {run.runner}, which began it")
    check_same_experiment(run, config)
    check_has_checkpoint(run)
    return config, run


def resume_command(runner: str, agent_name: str, path: Path, *options: str) -> str:
    """What to type to go on."""
    return shlex.join([typed("walker-rl"), *runner.split(), agent_name, "--resume", str(path), *options])


def tell_outcome(config: ExperimentConfig, run: RunDirectory) -> None:
    """Draws the curve of a run that is complete, and prints its final evaluations and what it has written."""
    from walker_rl.experiments.run.curve import plot_curve

    plot_curve(run.metrics, run.curve, f"{config.agent_name} on {config.task}, seed {config.seed}")
    for name, evaluation in json.loads(run.summary.read_text()).items():
        returns = ", ".join(f"{value:.0f}" for value in evaluation["episode_returns"])
        spread = f"{evaluation['mean_return']:.1f} +- {evaluation['stddev_return']:.1f}"
        falls = f"falls in {sum(evaluation['episode_falls'])} of {len(evaluation['episode_falls'])} episodes"
        print(f"{name} policy: return {spread}, {falls} ({returns})")
    for written in (run.best_policy, run.last_policy, run.best_video, run.curve, run.metrics, run.tensorboard):
        if written.exists():
            print(f"  {written}")


def print_prior(config: ExperimentConfig, run: RunDirectory) -> None:
    """Prints what is played before training, if anything is."""
    from walker_rl.experiments.prior_record import describe_prior

    if run.prior is not None:
        print(describe_prior(config, run.prior), flush=True)

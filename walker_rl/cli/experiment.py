"""Shared by `train`, `launch` and `cluster submit`: a command per agent, and the lines at its start and end."""

from __future__ import annotations

import contextlib
import functools
import socket
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import typer
import typer.core

from walker_rl.agents import agent_names, agent_summary, left_out
from walker_rl.cli.group import Group
from walker_rl.cli.hyperparameter_table import hyperparameter_rows
from walker_rl.cli.program import command_line, print_next
from walker_rl.cli.request import request_command
from walker_rl.cli.watch import where_to_look
from walker_rl.errors import RunError, UserError
from walker_rl.experiments.config import ExperimentConfig, experiment_class, why_nothing_is_learned
from walker_rl.experiments.step_files import step_files
from walker_rl.printable import counted, format_duration
from walker_rl.processes.exit_statuses import COMPLETE

if TYPE_CHECKING:
    from walker_rl.experiments.run.directory import RunDirectory

SCHEDULES = """\
A schedule is [FIRST, LAST, BEGIN, END]: FIRST up to environment step BEGIN, then linearly to LAST at step END."""

_MAX_RETURNS_LISTED = 20


def make_agent_app(text: str, run: Callable[..., int]) -> typer.Typer:
    """Makes a group with a command per agent.

    Args:
        text: help text of the group.
        run: function that takes a `Request`, and its own options by name, and returns the exit status.
    """

    class AgentGroup(_AgentGroup):
        make_command = staticmethod(functools.partial(request_command, run=run))

    return typer.Typer(cls=AgentGroup, help=text, rich_markup_mode=None)


class _AgentGroup(Group):
    """Looks for agents only when they are asked for, and rejects an unknown one with the names of all.

    Attributes:
        make_command: function that makes the command of the agent with a name.
    """

    noun = "agent"
    make_command: Any

    def list_commands(self, ctx: Any) -> list[str]:
        return agent_names()

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in agent_names():
            if not ctx.resilient_parsing:
                experiment_class(cmd_name)  # Raises the error.
            return None
        app = typer.Typer(add_completion=False, rich_markup_mode=None)
        app.command(cmd_name, cls=_AgentCommand, help=_summary(cmd_name))(self.make_command(cmd_name))
        return typer.main.get_command(app)


class _AgentCommand(typer.core.TyperCommand):
    """Lists the agent's fields below the options."""

    def format_epilog(self, ctx: Any, formatter: Any) -> None:
        defaults: Any = experiment_class(str(self.name))
        fields = hyperparameter_rows(defaults())
        with formatter.section("Fields, set with --config FILE or --set FIELD=VALUE"):
            formatter.write_dl([(name, f"{meaning}  [default: {default}]") for name, default, meaning in fields])
        formatter.write_paragraph()
        formatter.write_text(SCHEDULES)


def _summary(agent_name: str) -> str:
    try:
        return agent_summary(agent_name)
    except UserError as error:
        return str(error)


def see_through(
    config: ExperimentConfig,
    run: RunDirectory,
    again: str,
    work: Callable[[], int],
    details: str = "",
    listener: socket.socket | None = None,
) -> int:
    """Does the work of a run, and prints the lines at its start and end.

    Args:
        config: the experiment's configuration.
        run: the run directory.
        again: command that resumes the run.
        work: function that trains and returns the exit status.
        details: text that completes the first line.
        listener: socket on which the run's page is served meanwhile; None for no page.

    Returns:
        The exit status.

    Raises:
        RunError: if `work` raises it, or the disk is full.
    """
    from walker_rl.experiments.prior_record import describe_prior
    from walker_rl.experiments.run.directory import restore_folders
    from walker_rl.watch.beside import served_beside
    from walker_rl.watch.server import address_of

    to_resume = f"to resume from the newest checkpoint: {again}"
    is_resumed = any(run.checkpoints.glob("*.npz"))
    verb = "Resuming" if is_resumed else "Training"
    print(f"{verb} {config.agent_name} on {config.task} for {_limits(config)} in {run.path}{details}")
    if run.provenance.prior is not None and not is_resumed:
        print(describe_prior(config, run.provenance.prior))
    if config.agent_name in left_out():
        print(f"warning: {left_out()[config.agent_name]}")
    if reason := why_nothing_is_learned(config):
        print(f"warning: {reason}; nothing will be learned")
    print(where_to_look(run.path, run.tensorboard, address_of(listener) if listener else ""), flush=True)
    try:
        restore_folders(run)
        with served_beside(listener, run.path, run.logs / "watch.log") if listener else contextlib.nullcontext():
            status = work()
        if status == COMPLETE:
            _tell_outcome(config, run)
        else:
            _redraw_curve(config, run)
            if checkpoints := step_files(run.checkpoints):
                print(f"The newest checkpoint is at {counted(max(checkpoints), 'step')}")
            print(f"Interrupted; {to_resume}")
    except OSError as error:
        raise RunError(f"{error.filename or run.path}: {error.strerror}; {to_resume}") from None
    return status


def _redraw_curve(config: ExperimentConfig, run: RunDirectory) -> None:
    """Draws the curve again if there is one, since the training may have postponed it; keeps the old one on failure."""
    from walker_rl.experiments.run.curve import plot_curve

    if run.curve.exists():
        with contextlib.suppress(OSError):
            plot_curve(run.metrics, run.curve, config)


def _limits(config: ExperimentConfig) -> str:
    """Describes the limits, as in "300,000 steps or 30 min or a return of 2,000"."""
    limits = [counted(config.max_actor_steps, "step")]
    if config.max_walltime is not None:
        limits.append(format_duration(config.max_walltime))
    if config.target_return is not None:
        limits.append(f"a return of {config.target_return:,g}")
    return " or ".join(limits)


def _tell_outcome(config: ExperimentConfig, run: RunDirectory) -> None:
    """Draws the curve of a complete run, and prints its final evaluations and the files it has written."""
    from walker_rl.experiments.run.curve import plot_curve
    from walker_rl.experiments.run.progress import last_row
    from walker_rl.experiments.run.summary import read_ended_by, read_summary
    from walker_rl.policies.policy_file import load_policy

    plot_curve(run.metrics, run.curve, config)
    last = {"walltime": 0.0, **last_row(run.metrics / "evaluation.csv"), **last_row(run.metrics / "timing.csv")}
    trained = f"{last['actor_steps']:,.0f} steps in {format_duration(last['walltime'])}"
    newest = f"; last evaluation {last['mean_return']:,.0f}" if "mean_return" in last else ""
    print(f"Ended by {read_ended_by(run)}: {trained} of training{newest}")
    summary = read_summary(run)
    for name, path, scores in (("best", run.best_policy, summary.best), ("last", run.last_policy, summary.last)):
        num_episodes = len(scores.episode_returns)
        returns = ", ".join(f"{value:.0f}" for value in scores.episode_returns)
        each = f" ({returns})" if num_episodes <= _MAX_RETURNS_LISTED else ""
        spread = f"{scores.mean_return:.1f} +- {scores.stddev_return:.1f}"
        num_falls = sum(scores.episode_falls or ())
        falls = f"falls in {num_falls} of {counted(num_episodes, 'episode')}"
        print(f"{name} policy: return {spread}, from step {load_policy(path).actor_steps:,}, {falls}{each}")
    policies, videos = (run.best_policy, run.last_policy), (run.best_video, run.progress_video)
    for written in (*policies, *videos, run.curve, run.metrics, run.tensorboard):
        if written.exists():
            print(f"  {written}")
    if config.agent.min_steps_to_learn and last["learner_steps"] == 0:
        print("warning: the training has made no update; its policies are those of the start")
    print_next(command_line("render", run.path), command_line("evaluate", run.path, "--episodes", "100"))

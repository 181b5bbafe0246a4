"""The lines at the start and the end of a run, which `train`, `launch` and `cluster submit` print."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Callable
from typing import TYPE_CHECKING

from walker_rl.agents import left_out
from walker_rl.cli.program import command_line, print_next
from walker_rl.cli.run_page import where_to_look
from walker_rl.errors import ResumableError, RunError, reason_of
from walker_rl.experiments.config import ExperimentConfig
from walker_rl.experiments.config_warnings import config_warnings
from walker_rl.experiments.step_files import step_files
from walker_rl.printable import counted, format_duration, format_return, format_score
from walker_rl.processes.exit_statuses import COMPLETE
from walker_rl.terminal.prose import print_prose

if TYPE_CHECKING:
    from walker_rl.experiments.run.directory import RunDirectory

_MAX_RETURNS_LISTED = 20


def see_through(
    config: ExperimentConfig,
    run: RunDirectory,
    again: str,
    work: Callable[[], int],
    details: str = "",
    listener: socket.socket | None = None,
) -> int:
    """Does the work of a run, which other processes must leave alone, and prints the lines at its start and end.

    Args:
        config: the experiment's configuration.
        run: the run directory.
        again: command that resumes the run.
        work: function that trains and returns the exit status; a `ResumableError` gets the command `again`.
        details: text that completes the first line.
        listener: socket on which the run's page is served meanwhile; None for no page.

    Returns:
        The exit status.

    Raises:
        UserError: if `work` raises it, or another process trains in the run directory.
        RunError: if `work` raises it, or the disk is full.
    """
    from walker_rl.experiments.run.directory import locked, restore_folders
    from walker_rl.watch.beside import served_beside

    to_resume = f"to resume from the newest checkpoint: {again}"
    with locked(run):
        _tell_start(config, run, details, listener)
        try:
            restore_folders(run)
            with served_beside(listener, run.path, run.watch_log) if listener else contextlib.nullcontext():
                status = work()
            if status == COMPLETE:
                _tell_outcome(config, run)
            else:
                _tell_interruption(config, run, to_resume)
        except ResumableError as error:
            raise RunError(f"{error}; {to_resume}") from None
        except OSError as error:
            raise RunError(f"{error.filename or run.path}: {reason_of(error)}; {to_resume}") from None
    return status


def _tell_start(config: ExperimentConfig, run: RunDirectory, details: str, listener: socket.socket | None) -> None:
    """Prints what is trained, warnings about it, and where to look at it."""
    from walker_rl.experiments.prior import describe_prior
    from walker_rl.watch.server import address_of

    is_resumed = bool(step_files(run.checkpoints))
    verb = "Resuming" if is_resumed else "Training"
    print(f"{verb} {config.agent_name} on {config.task} for {_limits(config)} in {run.path}{details}")
    if run.provenance.prior is not None and not is_resumed:
        print_prose(describe_prior(config, run.provenance.prior))
    if config.agent_name in left_out():
        print(f"warning: {left_out()[config.agent_name]}")
    for warning in config_warnings(config):
        print_prose(f"warning: {warning}")
    print(where_to_look(run.path, run.tensorboard, address_of(listener) if listener else ""), flush=True)


def _tell_interruption(config: ExperimentConfig, run: RunDirectory, to_resume: str) -> None:
    """Draws the curve of a run that is not complete, and prints its newest checkpoint and how to resume it."""
    from walker_rl.experiments.run.onlooker import draw_curve

    if run.curve.exists():  # The training may have postponed it.
        with contextlib.suppress(KeyboardInterrupt):  # Ctrl-C ends only the drawing.
            draw_curve(run, config, print)
    if checkpoints := step_files(run.checkpoints):
        print(f"The newest checkpoint is at {counted(max(checkpoints), 'step')}")
    print(f"Interrupted; {to_resume}")


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
    from walker_rl.experiments.run.onlooker import draw_curve
    from walker_rl.experiments.run.progress import last_row
    from walker_rl.experiments.run.summary import read_ended_by, read_summary
    from walker_rl.policies.policy_file import load_policy

    draw_curve(run, config, print)
    last = {"walltime": 0.0, **last_row(run.metrics / "evaluation.csv"), **last_row(run.metrics / "timing.csv")}
    trained = f"{counted(int(last['actor_steps']), 'step')} in {format_duration(last['walltime'])}"
    newest = f"; last evaluation {format_return(last['mean_return'])}" if "mean_return" in last else ""
    print(f"Ended by {read_ended_by(run)}: {trained} of training{newest}")
    summary = read_summary(run)
    for name, path, scores in (("best", run.best_policy, summary.best), ("last", run.last_policy, summary.last)):
        num_episodes = len(scores.episode_returns)
        returns = ", ".join(map(format_return, scores.episode_returns))
        each = f" ({returns})" if num_episodes <= _MAX_RETURNS_LISTED else ""
        spread = " +- ".join(map(format_score, (scores.mean_return, scores.stddev_return)))
        num_falls = sum(scores.episode_falls or ())
        falls = f"falls in {num_falls} of {counted(num_episodes, 'episode')}"
        print_prose(f"{name} policy: return {spread}, from step {load_policy(path).actor_steps:,}, {falls}{each}")
    policies, videos = (run.best_policy, run.last_policy), (run.best_video, run.progress_video)
    for written in (*policies, *videos, run.curve, run.metrics, run.tensorboard):
        if written.exists():
            print(f"  {written}")
    if config.agent.min_steps_to_learn and last["learner_steps"] == 0:
        print("warning: training made no update; the policies still have their initial weights")
    print_next(command_line("render", run.path), command_line("evaluate", run.path, "--episodes", "100"))

"""The work of `walker-rl train`: trains a run in this process."""

from __future__ import annotations

import contextlib
import functools
import socket
from collections.abc import Iterator
from typing import TYPE_CHECKING

from walker_rl.cli.program import resume_command
from walker_rl.cli.request import Request
from walker_rl.cli.requested_run import load_request
from walker_rl.cli.see_through import see_through
from walker_rl.errors import UserError
from walker_rl.experiments.config import ExperimentConfig
from walker_rl.processes.exit_statuses import COMPLETE, INTERRUPTED
from walker_rl.processes.signals import StopSignals
from walker_rl.terminal.prose import print_prose

if TYPE_CHECKING:
    from walker_rl.experiments.parts import Parts
    from walker_rl.experiments.prior import PriorPolicy
    from walker_rl.experiments.run.directory import RunDirectory

RUNNER = "train"


def train(request: Request, listener: socket.socket | None = None) -> tuple[RunDirectory, int]:
    """Trains a new run, or the one to resume; returns its directory and the exit status.

    Args:
        request: the options of the command.
        listener: socket on which the run's page is served meanwhile; None for no page.

    Raises:
        UserError: if the request is impossible; nothing is then left behind.
        RunError: if the run can't continue.
        RunIsComplete: if the run to resume is complete.
    """
    with StopSignals(raises=True) as signals:  # Before slow imports, which may swallow a KeyboardInterrupt.
        from walker_rl.experiments.prior import read_prior_policy
        from walker_rl.experiments.run.creation import create_run_directory
        from walker_rl.experiments.run.directory import prior_policy_of

        config, run = load_request(request, RUNNER, [RUNNER])
        prior_policy = prior_policy_of(run, config) if run else read_prior_policy(config)
        with _parts(config, prior_policy) as parts:  # Before the directory, so that an error leaves nothing behind.
            run = run or create_run_directory(request.run_dir, config, RUNNER, prior_policy)
            again = resume_command(RUNNER, config.agent_name, run.path)
            work = functools.partial(_work, config, parts, run, signals, is_new=request.resume is None)
            return run, see_through(config, run, again, work, listener=listener)


def _work(config: ExperimentConfig, parts: Parts, run: RunDirectory, signals: StopSignals, *, is_new: bool) -> int:
    """Trains; returns the exit status. A new run that is refused is discarded.

    Raises:
        UserError: if an environment of the user's doesn't allow a second copy, for evaluations.
        RunError: if the run can't continue.
    """
    from walker_rl.experiments import local
    from walker_rl.experiments.forecast import forecast
    from walker_rl.experiments.run.creation import discard_unused

    if is_new and (line := forecast(config)):
        print_prose(line)
    try:
        if local.train(config, parts, run, signals, resume=not is_new):
            return COMPLETE
    except KeyboardInterrupt:  # An environment may have replaced the handlers.
        return signals.exit_status or INTERRUPTED
    except UserError:
        if is_new:
            discard_unused(run)
        raise
    return signals.exit_status


@contextlib.contextmanager
def _parts(config: ExperimentConfig, prior_policy: PriorPolicy | None) -> Iterator[Parts]:
    from walker_rl.runtime import configure_process
    from walker_rl.terminal.live import make_console

    with make_console().status("Setting up"):  # Prints nothing without a terminal.
        configure_process(config.threads.intra_op, config.threads.inter_op)

        from walker_rl.experiments.parts import make_parts

        made = make_parts(config, prior_policy)
    with contextlib.closing(made) as parts:
        yield parts

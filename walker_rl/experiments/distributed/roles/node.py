"""The roles of a distributed run, one process each."""

import os
import signal
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import NoReturn

from walker_rl import runtime
from walker_rl.errors import RunError, UserError, reason_of
from walker_rl.printable import printable
from walker_rl.processes.exit_statuses import COMPLETE, CRASHED, FAILED, INTERRUPTED, REFUSED, STOPPED
from walker_rl.processes.signals import StopSignals
from walker_rl.processes.standard_error import write_to_stderr


class _Terminated(KeyboardInterrupt):
    """Raised where SIGTERM meets a process that must clean up; other exceptions may be an environment's."""


def run_central(run_dir: Path, port: int, num_actors: int) -> int:
    """Runs the central process; returns its exit status.

    Raises:
        UserError: if the port is taken or the checkpoint belongs to another configuration.
        RunError: if the run can't continue.
    """
    from walker_rl.experiments.config_loading import config_from_dict
    from walker_rl.experiments.run.directory import open_run_directory

    run = open_run_directory(run_dir)
    config = config_from_dict(run.fields)
    runtime.configure_process(config.threads.intra_op, config.threads.inter_op)

    from walker_rl.experiments.distributed.roles.central import Central

    with StopSignals((signal.SIGTERM,)) as signals:
        complete = Central(config, run, port, num_actors).run(signals.stop_requested)
    return COMPLETE if complete else STOPPED


def run_actor(address: str, run_id: str, index: int | None) -> int:
    """Runs an actor; returns its exit status.

    Raises:
        UserError: if the run uses another version, or another run takes its place at the address.
        RunError: if an observation or an action is not finite, or another process has taken over the index.
    """
    from walker_rl.experiments.distributed.roles.actor import ActorNode
    from walker_rl.experiments.distributed.wire.membership import in_run

    with in_run(address, run_id):
        ActorNode(address, run_id, index).run(lambda: False)  # SIGTERM kills it: it has nothing to save.
    return COMPLETE


def run_evaluator(address: str, run_dir: Path) -> int:
    """Runs the evaluator; returns its exit status.

    Raises:
        UserError: if the run uses another version, or another run takes its place at the address.
    """
    from walker_rl.experiments.distributed.roles.evaluation_node import EvaluatorNode
    from walker_rl.experiments.distributed.wire.membership import in_run
    from walker_rl.experiments.run.directory import open_run_directory

    run = open_run_directory(run_dir)
    signal.signal(signal.SIGTERM, _terminate)
    with in_run(address, run.provenance.run_id):
        EvaluatorNode(address, run.provenance.run_id, run).run(lambda: False)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # It has ended.
    return COMPLETE


def _terminate(number: int, frame: FrameType | None) -> None:
    signal.signal(number, signal.SIG_IGN)  # Another would interrupt the clean-up.
    raise _Terminated


def run_and_exit(role: Callable[[], int], place: Path | str) -> NoReturn:
    """Runs a role and exits with its status, without joining threads that are blocked in Reverb.

    Args:
        role: function that returns an exit status.
        place: the role's run directory or address, which an error without a file is about.
    """
    try:
        status = role()
    except (UserError, RunError) as error:
        write_to_stderr(f"error: {printable(str(error))}\n")
        status = REFUSED if isinstance(error, UserError) else FAILED
    except OSError as error:
        write_to_stderr(f"error: {error.filename or place}: {reason_of(error)}\n")
        status = FAILED
    except _Terminated:
        status = STOPPED
    except KeyboardInterrupt:
        status = INTERRUPTED
    except BaseException:
        write_to_stderr(traceback.format_exc())
        status = CRASHED
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)

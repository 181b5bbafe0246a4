"""A whole run in one process, for debugging: Launchpad runs each role in a thread."""

import functools
import threading
import time
from collections.abc import Callable, Collection, Sequence
from typing import Any

import launchpad as lp

from walker_rl.errors import RunError
from walker_rl.experiments.config import ExperimentConfig
from walker_rl.experiments.distributed.roles.actor import ActorNode
from walker_rl.experiments.distributed.roles.central import Central
from walker_rl.experiments.distributed.roles.evaluation_node import EvaluatorNode
from walker_rl.experiments.run.directory import RunDirectory
from walker_rl.processes.signals import StopSignals

LEAVING_LIMIT = 10.0
"""Seconds for actors and evaluator to notice that the run has ended."""


def run_in_threads(
    config: ExperimentConfig, run: RunDirectory, num_actors: int, port: int, signals: StopSignals
) -> int:
    """Runs the central process, the evaluator and the actors as threads of this process; nothing is restarted.

    Args:
        config: the run's configuration.
        run: the run directory, which exists.
        num_actors: number of actor threads.
        port: the server's port.
        signals: requests to stop.

    Returns:
        0 if the run is complete, 75 if SIGTERM or a signal like it stopped it, 130 if Ctrl-C did.

    Raises:
        RunError: if a role fails.
    """
    address, stop = f"localhost:{port}", threading.Event()
    run_id = run.provenance.run_id
    makers: dict[str, Callable[[], Any]] = {
        "central": functools.partial(Central, config, run, port, num_actors),
        "evaluator": functools.partial(EvaluatorNode, address, run_id, run),
        **{f"actor_{index}": functools.partial(ActorNode, address, run_id, index) for index in range(num_actors)},
    }
    failures: list[BaseException] = []
    running = set(makers)

    def play(name: str) -> None:
        try:
            makers[name]().run(stop.is_set)
        except BaseException as error:
            failures.append(error)
        finally:
            running.discard(name)

    program = lp.Program(run.path.name)
    for name in makers:
        program.add_node(lp.PyNode(functools.partial(play, name)), label=name)
    lp.launch(program, lp.LaunchType.LOCAL_MULTI_THREADING)
    signals.listen()  # Launchpad has installed its own handlers.
    _wait(running, failures, stop, signals)
    if failures:
        raise RunError(f"a thread has failed: {failures[0]!r}") from failures[0]
    return signals.exit_status


def _wait(
    running: Collection[str], failures: Sequence[BaseException], stop: threading.Event, signals: StopSignals
) -> None:
    """Waits for the end of the run, a failure or a signal, then asks all threads to stop, and waits for them."""
    while "central" in running and not failures and not signals.stop_requested():
        time.sleep(0.1)
    stop.set()
    end = time.monotonic() + LEAVING_LIMIT
    while "central" in running or (running and time.monotonic() < end):
        time.sleep(0.1)
        if signals.is_urgent():
            break

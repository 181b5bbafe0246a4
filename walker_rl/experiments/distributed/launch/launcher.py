"""Launches a run's processes on this machine, and supervises them to their end."""

import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from walker_rl.experiments.config import ExperimentConfig
from walker_rl.experiments.distributed.launch.port_check import PortCheck
from walker_rl.experiments.run.directory import RunDirectory
from walker_rl.experiments.step_files import step_files
from walker_rl.processes.exit_statuses import COMPLETE
from walker_rl.processes.signals import StopSignals
from walker_rl.terminal.fleet import FleetDisplay

if TYPE_CHECKING:
    from walker_rl.experiments.distributed.launch.program import CommandNode

POLL_PERIOD = 0.1
"""Seconds between checks of the processes."""


def launch(
    config: ExperimentConfig, run: RunDirectory, num_actors: int, port: int, open_ports: bool, signals: StopSignals
) -> int:
    """Runs the central process, the evaluator and the actors to the end of the run.

    Args:
        config: the run's configuration.
        run: the run directory, which exists.
        num_actors: number of actor processes; 0 if actors join from elsewhere.
        port: the server's port.
        open_ports: whether other machines may reach the port; otherwise this process is in a private network.
        signals: requests to stop.

    Returns:
        0 if the run is complete, 75 if SIGTERM or a signal like it stopped it, 130 if Ctrl-C did.

    Raises:
        RunError: if the run can't continue; it can be resumed.
    """
    _prepare(run)

    from walker_rl.experiments.distributed.launch import program

    address, run_id = f"localhost:{port}", run.provenance.run_id
    actors = [program.actor_node(f"actor_{index}", address, run_id, index) for index in range(num_actors)]
    others = [program.evaluator_node(address, run.path), program.central_node(run.path, port, num_actors)]
    return _supervise(config, run, actors, others, open_ports, signals)


def join(config: ExperimentConfig, address: str, run_id: str, num_actors: int, run: RunDirectory) -> int:
    """Runs actors for a run whose central process is elsewhere, to the end of the run.

    Args:
        config: the run's configuration.
        address: "HOST:PORT" of the run's central process.
        run_id: the run's id.
        num_actors: number of actor processes.
        run: directory for the actors' logs.

    Returns:
        0 if the run is complete, 75 if SIGTERM or a signal like it stopped the actors, 130 if
            Ctrl-C did.

    Raises:
        RunError: if the actors can't continue.
    """
    _prepare(run)
    with StopSignals() as signals:
        from walker_rl.experiments.distributed.launch import program

        actors = [program.actor_node(f"actor_{index}", address, run_id, None) for index in range(num_actors)]
        return _supervise(config, run, actors, [], True, signals)


def _supervise(
    config: ExperimentConfig,
    run: RunDirectory,
    actors: "list[CommandNode]",
    others: "list[CommandNode]",
    open_ports: bool,
    signals: StopSignals,
) -> int:
    from walker_rl.experiments.distributed.launch.program import launch_processes, make_program
    from walker_rl.experiments.distributed.launch.supervisor import CENTRAL, Supervisor
    from walker_rl.experiments.distributed.launch.view import View

    if signals.stop_requested():
        return signals.exit_status
    with FleetDisplay(config.agent.min_steps_to_learn) as display:
        children = launch_processes(make_program(run.path.name, {"actor": actors, "central": others}), run.logs)
        signals.listen()  # Launchpad has installed its own handlers.
        period = config.distributed.watchdog_period
        supervisor = Supervisor([*actors, *others], children, run, period, display.message)
        view = View(config, run, supervisor, display)
        port_check = PortCheck(open_ports, display.message)
        try:
            while not signals.stop_requested() and not supervisor.check():
                if (central := supervisor.children.get(CENTRAL)) is not None:
                    port_check.check(central.pid)
                view.show()
                time.sleep(POLL_PERIOD)
        finally:
            has_saved = supervisor.stop(signals.is_urgent)
            view.show()
            if not has_saved:
                remains = "the one before it stays valid" if step_files(run.checkpoints) else "there is none before it"
                display.message(f"warning: the last checkpoint was not written; {remains}")
    return COMPLETE if supervisor.has_completed_run else signals.exit_status


def _prepare(run: RunDirectory) -> None:
    run.logs.mkdir(exist_ok=True)
    _put_aside([log for log in run.logs.glob("*.log") if log.stem.count(".") == 0 and log != run.watch_log])
    os.environ["LAUNCHPAD_LOGGING_DIR"] = str(run.logs.absolute())  # Read when Launchpad is imported.


def _put_aside(logs: Sequence[Path]) -> None:
    """Makes room for new logs: NAME.log becomes NAME.1.log, or takes the next free number."""
    for log in logs:
        number = 1
        while (older := log.with_name(f"{log.stem}.{number}.log")).exists():
            number += 1
        log.rename(older)

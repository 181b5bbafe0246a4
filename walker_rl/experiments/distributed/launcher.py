"""Launches a run on this machine: starts its processes, shows where it stands, and sees to its end."""

import contextlib
import os
import signal
import sys
import time
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

from walker_rl.errors import RunError
from walker_rl.experiments.config import ExperimentConfig
from walker_rl.experiments.distributed import isolation
from walker_rl.experiments.distributed.node import COMPLETE, STOPPED
from walker_rl.experiments.run_directory import RunDirectory
from walker_rl.logging.fleet import FleetDisplay, FleetStatus

if TYPE_CHECKING:
    from walker_rl.experiments.distributed.program import CommandNode
    from walker_rl.experiments.distributed.supervisor import Supervisor

INTERRUPTED = 130
"""Exit status after Ctrl-C."""

POLL_PERIOD = 0.1
"""Seconds between looks at the processes."""

TOLD = ("warning: ", "Resumed ")
"""Beginnings of lines in a process's log that the person who launched should see."""

STOPPING = b"\nStopping; Ctrl-C again stops at once, without a checkpoint.\n"

_PAGE_MEGABYTES = os.sysconf("SC_PAGE_SIZE") / 2**20


def launch(config: ExperimentConfig, run: RunDirectory, num_actors: int, port: int, open_ports: bool) -> int:
    """Runs central process, evaluator and actors to the end.

    Args:
        config: of the run.
        run: its directory, which exists.
        num_actors: processes that act.
        port: of the server.
        open_ports: whether other machines may reach it; otherwise this process is in a private network.

    Returns:
        0 if the run is complete, 75 if it was asked to stop by SIGTERM, 130 by Ctrl-C.

    Raises:
        RunError: if it can't go on; it can be resumed.
    """
    run.logs.mkdir(exist_ok=True)
    _put_aside(run.logs)
    os.environ["LAUNCHPAD_LOGGING_DIR"] = str(run.logs.absolute())

    from walker_rl.experiments.distributed.program import launch_processes, make_program
    from walker_rl.experiments.distributed.supervisor import Supervisor

    actors, others = _nodes(run, num_actors, port)
    with _Signals() as signals, FleetDisplay() as display:
        manager = launch_processes(make_program(run.path.name, {"actor": actors, "central": others}))
        signals.listen()  # Launchpad has put handlers of its own in their place.
        period = config.distributed.watchdog_period
        supervisor = Supervisor(manager, [*actors, *others], run.logs, run.status, period, display.message)
        view = _View(config, supervisor, display, open_ports)
        try:
            while not supervisor.check() and not signals.received:
                view.show()
                time.sleep(POLL_PERIOD)
        finally:
            has_saved = supervisor.stop(signals.is_urgent)
            view.show()
            if not has_saved:
                display.message("warning: the last generation was not written; the one before it stays valid")
    return signals.exit_status if signals.received else COMPLETE


class _View:
    """What the person who launched sees."""

    def __init__(
        self, config: ExperimentConfig, supervisor: "Supervisor", display: FleetDisplay, open_ports: bool
    ) -> None:
        self._config = config
        self._supervisor = supervisor
        self._display = display
        self._open_ports = open_ports
        self._has_told_ports = False
        self._positions: dict[str, int] = {}

    def show(self) -> None:
        self._relay_logs()
        status = self._supervisor.status()
        if status is None:
            return
        if not self._has_told_ports:
            self._tell_ports()
        self._display.update(
            FleetStatus(
                actor_steps=status.actor_steps,
                max_actor_steps=status.max_actor_steps,
                learner_steps=status.learner_steps,
                training_return=status.training_return,
                evaluation_return=status.evaluation_return,
                samples_per_insert=status.samples_per_insert,
                target_samples_per_insert=self._config.agent.samples_per_insert,
                replay_size=status.replay_size,
                actor_steps_by_index=status.actor_steps_by_index,
                num_restarts=self._supervisor.num_restarts,
                memory={name: _resident_megabytes(pid) for name, pid in self._supervisor.pids.items()},
            )
        )

    def _relay_logs(self) -> None:
        """Prints what the central process says of checkpoints, and every process's warnings."""
        for name, log in self._supervisor.logs.items():
            with contextlib.suppress(FileNotFoundError), log.open(errors="replace") as file:
                file.seek(self._positions.get(name, 0))
                while (line := file.readline()).endswith("\n"):
                    self._positions[name] = file.tell()
                    if line.startswith(TOLD):
                        self._display.message(line.rstrip() if name == "central" else f"{name}: {line.rstrip()}")

    def _tell_ports(self) -> None:
        """Once the server is up: who can reach it."""
        ports = isolation.listening_ports(self._supervisor.pids.values())
        if not ports:
            return
        self._has_told_ports = True
        listed = ", ".join(map(str, ports))
        if self._open_ports:
            self._display.message(f"warning: port {listed} listens on every interface, and asks for no password")
        elif isolation.interfaces() != ["lo"]:
            raise RunError(f"port {listed} listens beyond loopback: {', '.join(isolation.interfaces())}")
        else:
            self._display.message(f"Port {listed} listens in a private network; nothing outside of it can connect.")


class _Signals:
    """What has been asked for: SIGTERM or one Ctrl-C to stop, a second Ctrl-C to stop at once."""

    def __init__(self) -> None:
        self.received: list[int] = []

    def __enter__(self) -> "_Signals":
        self.listen()
        return self

    def __exit__(self, *_: Any) -> None:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)

    def listen(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._receive)

    def is_urgent(self) -> bool:
        return self.received.count(signal.SIGINT) > 1

    @property
    def exit_status(self) -> int:
        return INTERRUPTED if signal.SIGINT in self.received else STOPPED

    def _receive(self, number: int, frame: FrameType | None) -> None:
        if not self.received:
            os.write(2, STOPPING)
        self.received.append(number)


def _nodes(run: RunDirectory, num_actors: int, port: int) -> tuple[list["CommandNode"], list["CommandNode"]]:
    """The actors' nodes, and those of evaluator and central process."""
    from walker_rl.experiments.distributed.program import CommandNode

    address = f"localhost:{port}"
    command = (sys.executable, "-m", "walker_rl", "node", "--parent", str(os.getpid()))
    run_dir = ("--run-dir", str(run.path))
    actor = (*command, "--role", "actor", "--connect", address, "--run-id", run.id)
    actors = [CommandNode(f"actor_{index}", [*actor, "--index", str(index)]) for index in range(num_actors)]
    evaluator = CommandNode("evaluator", [*command, "--role", "evaluator", "--connect", address, *run_dir])
    serving = ("--port", str(port), "--num-actors", str(num_actors))
    central = CommandNode("central", [*command, "--role", "central", *serving, *run_dir])
    return actors, [evaluator, central]


def _put_aside(logs: Path) -> None:
    """Makes room for new logs: NAME.log becomes NAME.1.log, or the next number that is free."""
    for log in [path for path in logs.glob("*.log") if path.stem.count(".") == 0]:
        number = 1
        while (older := log.with_name(f"{log.stem}.{number}.log")).exists():
            number += 1
        log.rename(older)


def _resident_megabytes(pid: int) -> float:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE_MEGABYTES
    except OSError:
        return 0.0  # It has just ended.

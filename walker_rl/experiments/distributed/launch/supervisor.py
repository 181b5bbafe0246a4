"""Supervises the processes of a run: restarts those that end too soon, and stops all in order."""

import contextlib
import dataclasses
import time
from collections.abc import Callable

from walker_rl.errors import RunError
from walker_rl.experiments.distributed.launch.program import CommandNode
from walker_rl.experiments.run.directory import RunDirectory
from walker_rl.experiments.step_files import step_files
from walker_rl.processes.child import SAVING_LIMIT, Child, end_children, start_child
from walker_rl.processes.exit_statuses import COMPLETE, FAILED, REFUSED, STOPPED, UNANSWERED

MAX_TRIES = 5
"""Starts of a process in quick succession before the run is given up."""

LONG_ENOUGH = 30.0
"""Seconds of running after which earlier failures no longer count; central process and evaluator need progress, too."""

TERMINATION_LIMIT = 5.0
"""Seconds for an actor or the evaluator to exit when asked to."""

START_LIMIT = 300.0
"""Seconds for the central process to write its first heartbeat."""

CENTRAL, EVALUATOR = "central", "evaluator"


@dataclasses.dataclass
class _Process:
    node: CommandNode
    child: Child
    started_at: float
    first_progress: int | None
    tries: int = 1
    num_restarts: int = 0
    restart_at: float | None = None
    has_ended: bool = False


class Supervisor:
    """Keeps the nodes of one machine running."""

    def __init__(
        self,
        nodes: list[CommandNode],
        children: dict[str, Child],
        run: RunDirectory,
        watchdog_period: float,
        tell: Callable[[str], None],
    ):
        """Takes over the processes that Launchpad has started.

        Args:
            nodes: nodes of the program.
            children: their processes, by name.
            run: the run directory, with the checkpoints and the heartbeat of the central process if that is a node.
            watchdog_period: seconds without a heartbeat after which the central process is restarted.
            tell: function that prints a line.
        """
        self._run = run
        self._watchdog_period = watchdog_period
        self._tell = tell
        self._watched_at = time.monotonic()
        self._silence = 0.0
        self._last_sign = run.status.stat().st_mtime_ns if run.status.exists() else 0
        self._has_begun = False
        now = time.monotonic()
        self._processes = [_Process(node, children[node.name], now, self._progress_of(node.name)) for node in nodes]

    def check(self) -> bool:
        """Restarts processes that have ended too soon; returns True if the work is complete.

        Raises:
            RunError: if a process fails repeatedly or for good.
        """
        for process in self._processes:
            self._check(process)
        if self._central is not None:
            return self._central.has_ended
        return all(process.has_ended for process in self._processes)

    def stop(self, is_urgent: Callable[[], bool]) -> bool:
        """Stops all processes, at last the central one, which saves; kills them if `is_urgent`.

        Returns:
            False if the central process is among them, has not saved and has not said why.
        """
        others = [process.child for process in self._processes if process.node.name != CENTRAL]
        centrals = [process.child for process in self._processes if process.node.name == CENTRAL]
        has_explained = any(child.exit_status in (FAILED, REFUSED) for child in centrals)
        end_children(others, TERMINATION_LIMIT, is_urgent)
        end_children(centrals, SAVING_LIMIT, is_urgent)
        return has_explained or all(child.exit_status in (COMPLETE, STOPPED) for child in centrals)

    @property
    def has_completed_run(self) -> bool:
        """True if the central process is among the nodes and has ended with the run complete."""
        return self._central is not None and self._central.child.exit_status == COMPLETE

    @property
    def children(self) -> dict[str, Child]:
        """The newest process of each node, by name."""
        return {process.node.name: process.child for process in self._processes}

    @property
    def num_restarts(self) -> dict[str, int]:
        """Number of restarts of each node, by name."""
        return {process.node.name: process.num_restarts for process in self._processes}

    @property
    def _central(self) -> _Process | None:
        return next((process for process in self._processes if process.node.name == CENTRAL), None)

    def _check(self, process: _Process) -> None:
        if process.has_ended:
            return
        if process.restart_at is not None:
            if time.monotonic() >= process.restart_at:
                self._start(process)
            return
        status = process.child.exit_status
        if status is None:
            self._watch(process)
        elif status == COMPLETE:
            process.has_ended = True
        else:
            self._plan_restart(process, status)

    def _plan_restart(self, process: _Process, status: int) -> None:
        name, ending = process.node.name, process.child.ending
        is_abandoned = status == UNANSWERED and self._central is None
        is_final = status == REFUSED or (name == CENTRAL and status == FAILED) or is_abandoned
        if self._has_lasted(process):
            process.tries = 0
        if is_final or process.tries >= MAX_TRIES:
            times = "" if is_final else f" {process.tries} times in a row"
            raise RunError(f"{name} has failed{times}, {ending}; see {process.child.log}")
        delay = 0.0 if process.tries == 0 else 2.0 ** (process.tries - 2)
        self._tell(f"{name} has ended, {ending}; starting it again")
        process.restart_at = time.monotonic() + delay

    def _has_lasted(self, process: _Process) -> bool:
        """Returns True if a process has run for long and has progressed; else the next would fail at the same place."""
        progress = self._progress_of(process.node.name)
        has_progressed = progress is None or process.first_progress is None or progress > process.first_progress
        return has_progressed and time.monotonic() - process.started_at > LONG_ENOUGH

    def _progress_of(self, name: str) -> int | None:
        """Steps of the central process's newest checkpoint, or size of the evaluator's results; None for an actor."""
        if name == CENTRAL:
            return max(step_files(self._run.checkpoints), default=-1)
        if name == EVALUATOR:
            evaluations = self._run.metrics / "evaluation.csv"
            return evaluations.stat().st_size if evaluations.exists() else 0
        return None

    def _start(self, process: _Process) -> None:
        process.child = start_child(process.node.command, process.child.log)
        process.started_at, process.first_progress = time.monotonic(), self._progress_of(process.node.name)
        process.restart_at = None
        process.tries += 1
        process.num_restarts += 1
        if process is self._central:
            self._silence, self._has_begun = 0.0, False
            for other in self._processes:
                if other.has_ended:  # Its successor may be needed again before the end.
                    other.has_ended, other.restart_at = False, time.monotonic()

    def _watch(self, process: _Process) -> None:
        """Kills a central process without a heartbeat, so that it is restarted.

        Time during which this process is suspended, and changes of the system clock, do not count.
        """
        if process is not self._central:
            return
        with contextlib.suppress(FileNotFoundError):
            sign = self._run.status.stat().st_mtime_ns
            if sign != self._last_sign:
                self._last_sign, self._silence, self._has_begun = sign, 0.0, True
        now = time.monotonic()
        self._silence += min(now - self._watched_at, 1.0)
        self._watched_at = now
        limit = self._watchdog_period if self._has_begun else START_LIMIT
        if self._silence > limit:
            self._tell(f"central has not responded for {limit:.0f} s")
            process.child.kill()

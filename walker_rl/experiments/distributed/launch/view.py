"""The launcher's view of a run: its live summary and the warnings of its processes."""

import contextlib
import time

import psutil

from walker_rl.experiments.config import ExperimentConfig
from walker_rl.experiments.distributed.launch.supervisor import Supervisor
from walker_rl.experiments.run.directory import RunDirectory
from walker_rl.experiments.run.metrics import recorded_evaluations
from walker_rl.experiments.run.status import read_status
from walker_rl.terminal.display import TRAINED
from walker_rl.terminal.fleet import FleetDisplay

TOLD = ("warning: ", "Resumed ", "Candidate at ", "Evaluating ", "Filming ")
"""Beginnings of the log lines that the launcher prints."""


class View:
    """A live summary, and lines that stay."""

    def __init__(
        self, config: ExperimentConfig, run: RunDirectory, supervisor: Supervisor, display: FleetDisplay
    ) -> None:
        """Shows a run on a display.

        Args:
            config: the run's configuration.
            run: the run directory.
            supervisor: supervisor of the run's processes.
            display: display on which the run is shown.
        """
        self._began_at = time.time()  # A resumed run has an older status at first.
        self._run = run
        self._evaluation_return: float | None = None
        self._target_samples_per_insert = config.agent.target_samples_per_insert
        self._supervisor = supervisor
        self._display = display
        self._has_told_end = False
        self._positions: dict[str, int] = {}

    def show(self) -> None:
        """Updates the display."""
        self._relay_logs()
        status = read_status(self._run.status)
        if status is None or status.written_at < self._began_at:
            return
        if status.phase in ("ending", "complete"):
            self._tell_end()
            return
        running = {name: child.pid for name, child in self._supervisor.children.items() if child.exit_status is None}
        if memory := {name: _resident_megabytes(pid) for name, pid in running.items()}:
            self._display.describe(self._target_samples_per_insert, self._supervisor.num_restarts, memory)
        if status.evaluation_return != self._evaluation_return:
            self._evaluation_return = status.evaluation_return
            self._display.show_history([one.mean_return for one in recorded_evaluations(self._run.metrics)])
        self._display.update(status)

    def _relay_logs(self) -> None:
        """Prints the warnings and resumes in the processes' logs."""
        for name, child in self._supervisor.children.items():
            with contextlib.suppress(FileNotFoundError), child.log.open(errors="replace") as file:
                file.seek(self._positions.get(name, 0))
                while (line := file.readline()).endswith("\n"):
                    self._positions[name] = file.tell()
                    if line.startswith(TOLD):
                        self._display.message(line.rstrip() if name == "central" else f"{name}: {line.rstrip()}")

    def _tell_end(self) -> None:
        """Reports the end of training once, and empties the live block."""
        if not self._has_told_end:
            self._has_told_end = True
            self._display.message(TRAINED)
            self._display.show(lambda: "", lambda: ())


def _resident_megabytes(pid: int) -> float:
    try:
        return float(psutil.Process(pid).memory_info().rss) / 2**20
    except psutil.Error:
        return 0.0  # It has just ended.

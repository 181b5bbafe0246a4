"""Trains jobs on some cores, one after another; retries a failed job once."""

from collections.abc import Callable, Iterable, Sequence

from walker_rl.experiments.sweep.job import Job
from walker_rl.processes.child import SAVING_LIMIT, Child, end_children, start_child
from walker_rl.processes.exit_statuses import COMPLETE
from walker_rl.processes.slots import Slot
from walker_rl.terminal.states import RunState

MAX_TRIES = 2


class JobRun:
    """The processes of some jobs.

    Attributes:
        cores: numbers of the cores on which they run.
        children: the newest process; empty if there was nothing to train.
        failure: ending of the last process that failed.
        tries: number of processes started for the present job.
        manner: description of the newest process's start, as in "beginning on core 0".
    """

    def __init__(self, jobs: Sequence[Job], cores: Slot):
        """Begins or resumes the first job that is not complete.

        Raises:
            OSError: if its log can't be written, or the system permits no more processes.
        """
        self.cores = cores
        self.children: list[Child] = []
        self._jobs = (job for job in jobs if not job.is_complete)
        self._start_next()

    def check(self) -> RunState | None:
        """Starts the next process if one has ended; returns the new state, or None if it is unchanged.

        The state `RUNNING` is new after a failure: a second process retries the job.

        Raises:
            OSError: if the next process can't be started.
        """
        for child in self.children:
            status = child.exit_status
            if status is None:
                return None
            if status != COMPLETE or not self._job.is_complete:
                self.failure = child.ending
                if self.tries == MAX_TRIES:
                    return RunState.FAILED
                self._start()
                return RunState.RUNNING
        return None if self._start_next() else RunState.COMPLETE

    def _start_next(self) -> bool:
        job = next(self._jobs, None)
        if job is not None:
            self._job, self.tries = job, 0
            self._start()
        return job is not None

    def _start(self) -> None:
        cores = f"{'core' if len(self.cores) == 1 else 'cores'} {', '.join(map(str, self.cores))}"
        self.manner = f"{'resuming' if self._job.has_begun else 'beginning'} on {cores}"
        self.children = [start_child(self._job.command(), self._job.log, self.cores)]
        self.tries += 1


def end_runs(runs: Iterable[JobRun], is_urgent: Callable[[], bool]) -> None:
    """Asks running processes to save and exit; kills them if `is_urgent`."""
    end_children([child for run in runs for child in run.children], SAVING_LIMIT, is_urgent)

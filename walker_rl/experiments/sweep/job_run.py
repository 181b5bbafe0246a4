"""Trains jobs on some cores, one after another; retries a failed job once."""

from collections import deque
from collections.abc import Callable, Iterable, Sequence

from walker_rl.experiments.sweep.job import Job
from walker_rl.processes.child import SAVING_LIMIT, Child, Ending, end_children, start_child
from walker_rl.processes.exit_statuses import COMPLETE
from walker_rl.processes.slots import Slot
from walker_rl.run_states import RunState

MAX_TRIES = 2


class JobRun:
    """The processes of some jobs.

    Attributes:
        cores: numbers of the cores on which they run.
        child: the newest process; None if there was nothing to train.
        failure: ending of the last process that failed; None if none has.
        tries: number of processes started for the present job.
        manner: description of the newest process's start, as in "beginning on core 0"; "" before the first.
    """

    def __init__(self, jobs: Sequence[Job], cores: Slot):
        """Begins or resumes the first job that is not complete.

        Raises:
            OSError: if its log can't be written, or the system permits no more processes.
        """
        self.cores = cores
        self.child: Child | None = None
        self.failure: Ending | None = None
        self.tries = 0
        self.manner = ""
        self._jobs = deque(jobs)  # The first is the present one.
        self._start_next()

    def check(self) -> RunState | None:
        """Starts the next process if one has ended; returns the new state, or None if it is unchanged.

        The state `RUNNING` is new after a failure: a second process retries the job.

        Raises:
            OSError: if the next process can't be started.
        """
        if self.child is not None:
            status = self.child.exit_status
            if status is None:
                return None
            if status != COMPLETE or not self._jobs[0].is_complete:
                self.failure = self.child.ending
                if self.tries == MAX_TRIES:
                    return RunState.FAILED
                self._start()
                return RunState.RUNNING
        return None if self._start_next() else RunState.COMPLETE

    def _start_next(self) -> bool:
        while self._jobs and self._jobs[0].is_complete:
            self._jobs.popleft()
        if self._jobs:
            self.tries = 0
            self._start()
        return bool(self._jobs)

    def _start(self) -> None:
        cores = f"{'core' if len(self.cores) == 1 else 'cores'} {', '.join(map(str, self.cores))}"
        job = self._jobs[0]
        self.manner = f"{'resuming' if job.has_begun else 'beginning'} on {cores}"
        self.child = start_child(job.command(), job.log, self.cores)
        self.tries += 1


def end_runs(runs: Iterable[JobRun], is_urgent: Callable[[], bool]) -> None:
    """Asks running processes to save and exit; kills them if `is_urgent`."""
    end_children([run.child for run in runs if run.child is not None], SAVING_LIMIT, is_urgent)

"""Distributes jobs over slots: each free slot takes the next job; a failed one is retried once."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence

from walker_rl.experiments.sweep.job import Job
from walker_rl.experiments.sweep.job_run import JobRun, end_runs
from walker_rl.processes.slots import Slot
from walker_rl.run_states import RunState


@dataclasses.dataclass
class Entry:
    """A job and its state.

    Attributes:
        job: the job.
        state: state of the job.
        failure: reason of its last failure, now or in an earlier sweep; None once it is complete or stopped.
        run: its newest processes; None before the first.
    """

    job: Job
    state: RunState
    failure: str | None = None
    run: JobRun | None = None

    def enter(self, state: RunState) -> None:
        """Changes the state; a complete or a stopped job has no failure."""
        self.state = state
        if state in (RunState.COMPLETE, RunState.STOPPED):
            self.failure = None


class Scheduler:
    """Keeps the slots busy."""

    def __init__(
        self, jobs: Sequence[Job], slots: Sequence[Slot], failures: Mapping[str, str], tell: Callable[[str], None]
    ):
        """Starts nothing yet; skips jobs that are already complete.

        `failures` holds the reasons of earlier failures by job name; these jobs are retried. `tell` prints a line.
        """
        self.entries = [
            Entry(job, RunState.COMPLETE) if job.is_complete else Entry(job, RunState.WAITING, failures.get(job.name))
            for job in jobs
        ]
        self._free = list(slots)
        self._tell = tell

    def check(self) -> bool:
        """Handles processes that have ended, and fills free slots; returns True if nothing is left to do.

        Raises:
            OSError: if a process can't be started.
        """
        for entry, run in self._running:
            self._check(entry, run)
        for entry in self._waiting:
            if self._free:
                self._start(entry)
        return not self._running and not self._waiting

    def stop(self, is_urgent: Callable[[], bool]) -> None:
        """Asks the running processes to save and exit; kills them if `is_urgent`."""
        end_runs((run for _, run in self._running), is_urgent)
        for entry, run in self._running:
            self._release(entry, run, RunState.COMPLETE if entry.job.is_complete else RunState.STOPPED)

    @property
    def _running(self) -> list[tuple[Entry, JobRun]]:
        return [(entry, entry.run) for entry in self.entries if entry.run and entry.state is RunState.RUNNING]

    @property
    def _waiting(self) -> list[Entry]:
        return [entry for entry in self.entries if entry.state is RunState.WAITING]

    def _start(self, entry: Entry) -> None:
        run = JobRun([entry.job], self._free[0])
        if run.child is None:  # Another command has completed it meanwhile.
            entry.enter(RunState.COMPLETE)
            self._tell(f"{entry.job.name}: complete")
            return
        entry.run = run
        entry.enter(RunState.RUNNING)
        self._free.pop(0)
        self._tell(f"{entry.job.name}: {run.manner}")

    def _check(self, entry: Entry, run: JobRun) -> None:
        state, name = run.check(), entry.job.name
        if state is RunState.COMPLETE:
            self._release(entry, run, state)
            self._tell(f"{name}: complete")
        elif state is RunState.FAILED:
            entry.failure = str(run.failure)
            self._release(entry, run, state)
            self._tell(f"{name}: failed again, {entry.failure}; see {entry.job.log}")
        elif state is RunState.RUNNING:
            self._tell(f"{name}: failed, {run.failure}; retrying once")
            self._tell(f"{name}: {run.manner}")

    def _release(self, entry: Entry, run: JobRun, state: RunState) -> None:
        self._free.insert(0, run.cores)
        entry.enter(state)

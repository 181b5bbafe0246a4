"""Jobs over slots: each free slot takes the next job; one that fails is tried once more."""

import dataclasses
import enum
import itertools
import signal
import time
from collections.abc import Callable, Mapping, Sequence

from walker_rl.experiments.sweep.job import Job, JobProcess, last_line

MAX_TRIES = 2

SAVING_LIMIT = 300.0
"""Seconds for the processes to write their last checkpoints."""

Slot = tuple[int, ...]
"""The cores of one run at a time."""


class State(enum.Enum):
    """Where a job stands."""

    RUNNING = "running"
    RETRYING = "retrying"
    WAITING = "waiting"
    COMPLETE = "complete"
    FAILED = "failed"


@dataclasses.dataclass
class Entry:
    """A job and what has become of it.

    Attributes:
        job: whose run it is.
        state: of the job.
        failure: why it failed, now or the last time that it was tried; None once it is complete.
        tries: processes started for it.
        process: that trains it now.
        slot: which that process has.
    """

    job: Job
    state: State
    failure: str | None = None
    tries: int = 0
    process: JobProcess | None = None
    slot: Slot = ()


class Scheduler:
    """Keeps the slots busy."""

    def __init__(
        self, jobs: Sequence[Job], slots: Sequence[Slot], failures: Mapping[str, str], tell: Callable[[str], None]
    ):
        """Starts nothing yet.

        Args:
            jobs: in the order in which they are to begin; those that are complete already are left alone.
            slots: as many run at a time.
            failures: by name, why a job failed when it was tried before; it is tried anew.
            tell: prints a line.
        """
        self.entries = [
            Entry(job, State.COMPLETE) if job.is_complete else Entry(job, State.WAITING, failures.get(job.name))
            for job in jobs
        ]
        self._free = list(slots)
        self._tell = tell

    def check(self) -> bool:
        """Sees to what has ended, and starts what there is a slot for; returns whether there is nothing left to do.

        Raises:
            OSError: if a process can't be started.
        """
        for entry in self._running:
            self._check(entry)
        for entry in self._waiting:
            if self._free:
                self._start(entry, State.RUNNING)
        return not self._running and not self._waiting

    def stop(self, is_urgent: Callable[[], bool]) -> None:
        """Lets what runs write a checkpoint and end; ends it at once if it is urgent."""
        running = [entry.process for entry in self._running if entry.process]
        for process in running:
            process.stop()
        end = time.monotonic() + SAVING_LIMIT
        while any(process.exit_status() is None for process in running):
            if is_urgent() or time.monotonic() > end:
                break
            time.sleep(0.05)
        for process in running:
            process.kill()
        for entry in self._running:
            self._release(entry, State.COMPLETE if entry.job.is_complete else State.WAITING)

    @property
    def _running(self) -> list[Entry]:
        return [entry for entry in self.entries if entry.process is not None]

    @property
    def _waiting(self) -> list[Entry]:
        return [entry for entry in self.entries if entry.state is State.WAITING]

    def _start(self, entry: Entry, state: State) -> None:
        job = entry.job
        slot = self._free[0]
        manner = "going on" if job.has_begun else "beginning"
        cores = ", ".join(map(str, slot))
        entry.process = JobProcess(job, slot)
        entry.slot, entry.state = self._free.pop(0), state
        entry.tries += 1
        self._tell(f"{job.name}: {manner} on {'core' if len(slot) == 1 else 'cores'} {cores}")

    def _check(self, entry: Entry) -> None:
        status = entry.process.exit_status() if entry.process else None
        if status is None:
            return
        if status == 0:
            self._release(entry, State.COMPLETE)
            entry.failure = None
            self._tell(f"{entry.job.name}: complete")
            return
        failure = _describe(status, last_line(entry.job.log))
        self._release(entry, State.FAILED)
        if entry.tries < MAX_TRIES:
            self._tell(f"{entry.job.name}: failed {failure}; trying it once more")
            self._start(entry, State.RETRYING)
        else:
            entry.failure = failure
            self._tell(f"{entry.job.name}: failed again {failure}; see {entry.job.log}")

    def _release(self, entry: Entry, state: State) -> None:
        self._free.insert(0, entry.slot)
        entry.process, entry.slot, entry.state = None, (), state


def make_slots(cores: Sequence[int], num_slots: int) -> list[Slot]:
    """Shares cores out evenly; where there are more slots than cores, several slots have the same one."""
    if num_slots > len(cores):
        return [(cores[index % len(cores)],) for index in range(num_slots)]
    bounds = [index * len(cores) // num_slots for index in range(num_slots + 1)]
    return [tuple(cores[first:last]) for first, last in itertools.pairwise(bounds)]


def _describe(status: int, line: str) -> str:
    reason = f"killed by {signal.Signals(-status).name}" if status < 0 else f"with status {status}"
    return f"{reason} ({line})" if line else reason

"""Trains the runs of a sweep."""

import time
from collections.abc import Sequence
from pathlib import Path

from walker_rl.experiments.sweep.failures import FailureRecord
from walker_rl.experiments.sweep.job import Job
from walker_rl.experiments.sweep.progress_reader import ProgressReader
from walker_rl.experiments.sweep.scheduler import Scheduler
from walker_rl.processes.exit_statuses import COMPLETE, FAILED
from walker_rl.processes.signals import StopSignals
from walker_rl.processes.slots import usable_slots
from walker_rl.run_states import RunState
from walker_rl.terminal.sweep import SweepDisplay

CHECK_PERIOD, VIEW_PERIOD = 0.1, 1.0
"""Seconds between checks of the processes, and between readings of their files."""


def run_jobs(jobs: Sequence[Job], output: Path, num_jobs: int | None) -> int:
    """Trains all incomplete runs in order, `num_jobs` at a time; by default, one per usable CPU.

    Returns:
        0 if all are complete, 1 if some have failed, 75 if SIGTERM or a signal like it stopped the sweep, 130 if Ctrl-C
        did.

    Raises:
        OSError: if the disk is full, or the system permits no more processes.
    """
    slots = usable_slots(num_jobs)
    with StopSignals() as signals:
        with SweepDisplay() as display:
            record = FailureRecord(output, display.message)
            scheduler = Scheduler(jobs, slots, record.failures, display.message)
            reader = ProgressReader(scheduler.entries, len(slots))
            for entry in scheduler.entries:
                if entry.failure is not None:
                    display.message(f"{entry.job.name}: failed in an earlier sweep, {entry.failure}; it is tried again")
            next_view = 0.0
            try:
                while not signals.stop_requested() and not scheduler.check():
                    record.update(scheduler.entries)
                    if time.monotonic() >= next_view:
                        display.update(reader.read())
                        next_view = time.monotonic() + VIEW_PERIOD
                    time.sleep(CHECK_PERIOD)
            finally:
                scheduler.stop(signals.is_urgent)
        record.update(scheduler.entries)
        display.conclude(reader.read())
        failed = [entry for entry in scheduler.entries if entry.state is RunState.FAILED]
        for entry in failed:
            display.message(f"{entry.job.name}: failed, {entry.failure}; see {entry.job.log}")
    return signals.exit_status or (FAILED if failed else COMPLETE)

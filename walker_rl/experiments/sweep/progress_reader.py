"""Progress of all runs of a sweep: steps, speeds, returns, time left."""

import itertools
import statistics
from collections.abc import Sequence

from walker_rl.experiments.run.limits import seconds_allowed
from walker_rl.experiments.run.progress import Progress, read_progress
from walker_rl.experiments.sweep.job import Job
from walker_rl.experiments.sweep.learning_speed import LearningSpeed
from walker_rl.experiments.sweep.scheduler import Entry
from walker_rl.printable import file_name
from walker_rl.run_states import Overview, Row, RunState, seconds_to_end


class ProgressReader:
    """Reads the run directories; those of runs that wait or have ended, only once."""

    def __init__(self, entries: Sequence[Entry], num_slots: int):
        """Starts without speeds."""
        tasks = {entry.job.config.task for entry in entries}
        self._labels = {entry.job.name: short_name(entry.job, with_task=len(tasks) > 1) for entry in entries}
        self._entries = entries
        self._num_slots = num_slots
        self._speeds = {entry.job.name: LearningSpeed() for entry in entries}
        self._known: dict[str, tuple[RunState, Progress]] = {}

    def read(self) -> Overview:
        """Returns the present progress of all runs."""
        rows = [self._row(entry) for entry in self._entries]
        return Overview(rows, seconds_left(rows, self._num_slots))

    def _row(self, entry: Entry) -> Row:
        job = entry.job
        progress = self._progress(entry)
        return Row(
            name=self._labels[job.name],
            kind=f"{job.config.agent_name} on {job.config.task}",
            state=entry.state,
            actor_steps=progress.actor_steps,
            max_actor_steps=job.config.max_actor_steps,
            steps_per_second=self._speeds[job.name].steps_per_second,
            evaluation_return=progress.evaluation_return,
            seconds_allowed=seconds_allowed(job.config, progress.walltime),
        )

    def _progress(self, entry: Entry) -> Progress:
        name = entry.job.name
        state, before = self._known.get(name, (None, Progress(0, None, 0.0)))
        if entry.state is state and state is not RunState.RUNNING:
            return before
        progress = read_progress(entry.job.run)
        self._known[name] = (entry.state, progress)
        self._speeds[name].add(entry.job, progress.actor_steps)
        return progress


def short_name(job: Job, with_task: bool) -> str:
    """Name of a job for a table, as in "d4pg agent.n_step=3 seed 0"; `plan` makes the job's own name."""
    config = job.config
    task = file_name(config.task) if with_task else ""
    return " ".join(filter(None, (config.agent_name, task, "_".join(job.values), f"seed {config.seed}")))


def seconds_left(rows: Sequence[Row], num_slots: int) -> float | None:
    """Time to the end of all runs: the remaining work, shared by the slots, or the longest of the running ones.

    A waiting run is assumed to be as fast as those of its kind, or else as all. None while no speed is known.
    """
    speeds: dict[str, list[float]] = {}
    for row in rows:
        if row.steps_per_second:
            speeds.setdefault(row.kind, []).append(row.steps_per_second)
    if not speeds:
        return None
    anywhere = list(itertools.chain(*speeds.values()))
    work = 0.0
    for row in rows:
        if row.state not in (RunState.COMPLETE, RunState.FAILED):
            speed = row.steps_per_second or statistics.mean(speeds.get(row.kind, anywhere))
            work += seconds_to_end(row, speed)
    return max(work / num_slots, *(row.seconds_left or 0.0 for row in rows))

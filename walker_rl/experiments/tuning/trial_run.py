"""A trial while it is trained: its seeds one after the other, watched at each evaluation."""

import enum
import shutil
from collections.abc import Sequence
from pathlib import Path

from optuna.trial import Trial

from walker_rl.experiments.sweep.job import Job, JobProcess, last_line
from walker_rl.experiments.sweep.progress import read_evaluations
from walker_rl.experiments.tuning.plan import Plan
from walker_rl.experiments.tuning.score import score
from walker_rl.experiments.tuning.study import overrides_of


class Outcome(enum.Enum):
    """How a trial has ended."""

    COMPLETE = "complete"
    PRUNED = "pruned"
    FAILED = "failed"


class TrialRun:
    """Trains the runs of a trial on some cores."""

    def __init__(self, trial: Trial, plan: Plan, output: Path, cores: Sequence[int]):
        """Begins the trial, or goes on with it.

        Raises:
            OSError: if a process can't be started.
        """
        self.trial = trial
        self.cores = tuple(cores)
        self.failure = ""
        self._jobs = [plan.job(trial.number, seed, overrides_of(trial), output) for seed in plan.seeds]
        self._reported: set[int] = set(trial.study.trials[trial.number].intermediate_values)
        self._process: JobProcess | None = None
        self._has_been_retried = False
        self._start()

    @property
    def value(self) -> float | None:
        """The trial's score as far as it has come: the mean of its seeds'; None before the first evaluation."""
        return _mean_score(self._evaluations())

    @property
    def num_evaluations(self) -> int:
        """So far, of all seeds."""
        return sum(map(len, self._evaluations()))

    def check(self) -> Outcome | None:
        """Sees how far it has come and whether it is worth going on; None while it is."""
        evaluations = self._evaluations()
        number, value = sum(map(len, evaluations)), _mean_score(evaluations)
        if value is not None and number not in self._reported:
            self.trial.report(value, number)
            self._reported.add(number)
            if self.trial.should_prune():
                self.kill()
                return Outcome.PRUNED
        status = self._process.exit_status() if self._process else 0
        if status is None:
            return None
        if status != 0:
            self.failure = f"status {status} ({last_line(self._job.log)})"
            return Outcome.FAILED
        return None if self._start() else Outcome.COMPLETE

    def retry(self) -> bool:
        """Goes on once more with what has failed; returns whether it does, which it does once."""
        if self._has_been_retried:
            return False
        self._has_been_retried = True
        return self._start()

    def stop(self) -> None:
        """Asks what runs to end with a checkpoint."""
        if self._process:
            self._process.stop()

    def has_stopped(self) -> bool:
        """Whether nothing runs."""
        return self._process is None or self._process.exit_status() is not None

    def kill(self) -> None:
        """Ends what runs at once."""
        if self._process:
            self._process.kill()

    def discard_checkpoints(self) -> None:
        """Deletes what nobody will resume; a replay is large."""
        for job in self._jobs:
            shutil.rmtree(job.run.checkpoints, ignore_errors=True)

    def _evaluations(self) -> list[list[tuple[int, float]]]:
        return [read_evaluations(job.run) for job in self._jobs]

    def _start(self) -> bool:
        """Starts the first run that is not complete; returns whether there is one."""
        for job in self._jobs:
            if not job.is_complete:
                self._job: Job = job
                self._process = JobProcess(job, self.cores)
                return True
        self._process = None
        return False


def _mean_score(evaluations: Sequence[Sequence[tuple[int, float]]]) -> float | None:
    """Of the seeds that have been evaluated."""
    scores = [score(*zip(*of_seed, strict=True)) for of_seed in evaluations if of_seed]
    return sum(scores) / len(scores) if scores else None

"""A trial while it is trained: its seeds one after the other, watched at each evaluation."""

import shutil
from collections.abc import Sequence
from pathlib import Path

from optuna.trial import Trial

from walker_rl.experiments.sweep.job_run import JobRun
from walker_rl.experiments.sweep.progress import read_evaluations
from walker_rl.experiments.tuning.plan import Plan
from walker_rl.experiments.tuning.score import score
from walker_rl.experiments.tuning.study import overrides_of
from walker_rl.processes.slots import Slot
from walker_rl.terminal.sweep import State


class TrialRun:
    """Trains the runs of a trial on some cores."""

    def __init__(self, trial: Trial, plan: Plan, output: Path, cores: Slot):
        """Begins the trial, or goes on with it.

        Raises:
            OSError: if a process can't be started.
        """
        self.trial = trial
        self._jobs = [plan.job(trial.number, seed, overrides_of(trial), output) for seed in plan.seeds]
        self._reported: set[int] = set(trial.study.trials[trial.number].intermediate_values)
        self.run = JobRun(self._jobs, cores)

    @property
    def value(self) -> float | None:
        """The trial's score as far as it has come: the mean of its seeds'; None before the first evaluation."""
        return _mean_score(self._evaluations())

    @property
    def num_evaluations(self) -> int:
        """So far, of all seeds."""
        return sum(map(len, self._evaluations()))

    @property
    def failure(self) -> str:
        """End of the process that failed last, as in "status 1 (error: no space left)"."""
        return f"status {self.run.failure.status} ({self.run.failure.line})"

    def check(self) -> State | None:
        """Sees how far it has come and whether it is worth going on; None while there is nothing new."""
        evaluations = self._evaluations()
        number, value = sum(map(len, evaluations)), _mean_score(evaluations)
        if value is not None and number not in self._reported:
            self.trial.report(value, number)
            self._reported.add(number)
            if self.trial.should_prune():
                for child in self.run.children:
                    child.kill()
                return State.PRUNED
        return self.run.check()

    def discard_checkpoints(self) -> None:
        """Deletes what nobody will resume; a replay is large."""
        for job in self._jobs:
            shutil.rmtree(job.run.checkpoints, ignore_errors=True)

    def _evaluations(self) -> list[list[tuple[int, float]]]:
        return [read_evaluations(job.run) for job in self._jobs]


def _mean_score(evaluations: Sequence[Sequence[tuple[int, float]]]) -> float | None:
    """Of the seeds that have been evaluated."""
    scores = [score(*zip(*of_seed, strict=True)) for of_seed in evaluations if of_seed]
    return sum(scores) / len(scores) if scores else None

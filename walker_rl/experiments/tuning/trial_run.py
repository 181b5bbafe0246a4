"""A running trial: trains its seeds one after another, and reports each evaluation to the pruner."""

import statistics
from collections.abc import Iterable, Iterator, Sequence

from optuna.trial import Trial

from walker_rl.experiments.run.limits import seconds_allowed
from walker_rl.experiments.run.metrics import recorded_evaluations
from walker_rl.experiments.run.progress import read_progress
from walker_rl.experiments.sweep.job import Job
from walker_rl.experiments.sweep.job_run import JobRun
from walker_rl.experiments.sweep.learning_speed import LearningSpeed
from walker_rl.experiments.tuning.score import score
from walker_rl.processes.slots import Slot
from walker_rl.run_states import Row, RunState

Evaluations = list[tuple[int, float]]
"""Environment steps and mean return of each evaluation of one seed."""


class TrialRun:
    """Trains the runs of a trial on some cores."""

    def __init__(self, trial: Trial, jobs: list[Job], cores: Slot):
        """Begins or continues the trial.

        Raises:
            OSError: if a process can't be started.
        """
        self.trial = trial
        self.jobs = jobs
        self._reported: set[int] = set(trial.study.trials[trial.number].intermediate_values)
        self._speed = LearningSpeed()
        self.run = JobRun(self.jobs, cores)

    @property
    def value(self) -> float:
        """Mean score of the seeds over the reported evaluations, of which there is at least one."""
        return _mean_score(_first(self._evaluations(), self.num_evaluations))

    @property
    def has_evaluations(self) -> bool:
        """True if each seed has an evaluation, as in any complete trial whose files are all there."""
        return all(self._evaluations())

    @property
    def num_evaluations(self) -> int:
        """Number of reported evaluations, over all seeds."""
        return max(self._reported, default=0)

    @property
    def failure(self) -> str:
        """Ending of the last process that failed, as in "with status 1 (error: no space left)"."""
        return str(self.run.failure)

    def check(self) -> RunState | None:
        """Reports new evaluations to the pruner; returns the trial's new state, or None if it is unchanged.

        Raises:
            OSError: if a process can't be started.
        """
        state = self.run.check()  # First, so that an ended run's evaluations are all read below.
        if self._is_pruned():
            if self.run.child is not None:
                self.run.child.kill()
            return RunState.PRUNED
        return state

    def read_row(self) -> Row:
        """Reads the trial's present progress, over all its seeds."""
        progress = [read_progress(job.run) for job in self.jobs]
        for job, one in zip(self.jobs, progress, strict=True):
            self._speed.add(job, one.actor_steps)
        returns = [one.evaluation_return for one in progress if one.evaluation_return is not None]
        limits = [seconds_allowed(job.config, one.walltime) for job, one in zip(self.jobs, progress, strict=True)]
        allowed = [limit for limit in limits if limit is not None]  # All or none: the runs share their limit.
        return Row(
            name=f"trial {self.trial.number}",
            kind="trial",
            state=RunState.RUNNING,
            actor_steps=sum(one.actor_steps for one in progress),
            max_actor_steps=sum(job.config.max_actor_steps for job in self.jobs),
            steps_per_second=self._speed.steps_per_second,
            evaluation_return=returns[-1] if returns else None,
            seconds_allowed=sum(allowed) if allowed else None,
        )

    def _is_pruned(self) -> bool:
        """Reports the new evaluations in order, up to the first at which the trial is pruned."""
        evaluations = self._evaluations()
        for number in range(1, sum(map(len, evaluations)) + 1):
            if number not in self._reported:
                self.trial.report(_mean_score(_first(evaluations, number)), number)
                self._reported.add(number)
                if self.trial.should_prune():
                    return True
        return False

    def _evaluations(self) -> list[Evaluations]:
        recorded = (recorded_evaluations(job.run.metrics) for job in self.jobs)
        return [[(one.actor_steps, one.mean_return) for one in of_seed] for of_seed in recorded]


def _first(evaluations: Sequence[Evaluations], number: int) -> Iterator[Evaluations]:
    """Yields each seed's share of the first `number` evaluations of all seeds, which are trained in turn."""
    for of_seed in evaluations:
        yield of_seed[:number]
        number = max(0, number - len(of_seed))


def _mean_score(evaluations: Iterable[Evaluations]) -> float:
    """Mean score of the evaluated seeds, of which there is at least one."""
    return statistics.mean(score(*zip(*of_seed, strict=True)) for of_seed in evaluations if of_seed)

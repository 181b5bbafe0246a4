"""Progress of the running trials of a search, as rows of a table."""

import time
from collections.abc import Sequence

from walker_rl.experiments.sweep.progress import read_progress
from walker_rl.experiments.tuning.trial_run import TrialRun
from walker_rl.terminal.rates import Rates
from walker_rl.terminal.sweep import Row, State


class View:
    """Reads the run directories of running trials."""

    def __init__(self) -> None:
        """Starts without speeds."""
        self._rates: dict[int, Rates] = {}

    def rows(self, running: Sequence[TrialRun]) -> list[Row]:
        """Present progress of each trial, over all its seeds."""
        return [self._row(trial_run) for trial_run in running]

    def _row(self, trial_run: TrialRun) -> Row:
        progress = [read_progress(job.run) for job in trial_run.jobs]
        steps = sum(one.actor_steps for one in progress)
        max_steps = sum(job.config.max_actor_steps for job in trial_run.jobs)
        number = trial_run.trial.number
        rates = self._rates.setdefault(number, Rates())
        rates.add(time.monotonic(), {"actor_steps": steps})
        speed = max(0.0, rates.rate("actor_steps"))
        returns = [one.evaluation_return for one in progress if one.evaluation_return is not None]
        return Row(
            name=f"trial {number}",
            kind="trial",
            state=State.RUNNING,
            actor_steps=steps,
            max_actor_steps=max_steps,
            steps_per_second=speed,
            evaluation_return=returns[-1] if returns else None,
            seconds_left=max(0, max_steps - steps) / speed if speed else None,
        )

"""Runs the trials of a hyperparameter search."""

import shutil
import time
from pathlib import Path

from optuna.trial import Trial

from walker_rl.errors import RunError, UserError
from walker_rl.experiments.sweep.job_run import end_runs
from walker_rl.experiments.tuning.best import BEST, write_best
from walker_rl.experiments.tuning.plan import Plan
from walker_rl.experiments.tuning.study import Study, overrides_of, score_of
from walker_rl.experiments.tuning.trial_run import TrialRun
from walker_rl.printable import counted, format_score
from walker_rl.processes.signals import StopSignals
from walker_rl.processes.slots import Slot
from walker_rl.run_states import RunState
from walker_rl.terminal.sweep import SearchDisplay

CHECK_PERIOD = 0.5
"""Seconds between checks of the trials."""

VIEW_PERIOD = 2.0
"""Seconds between readings of their files for the display."""

MAX_FAILURES = 3
"""Trials in a row whose processes fail before the search ends: the hyperparameters can't be the cause."""


class Search:
    """Keeps slots busy with trials."""

    def __init__(self, study: Study, plan: Plan, output: Path, slots: list[Slot], display: SearchDisplay):
        """Starts no trial yet; one trial at a time runs in each slot."""
        self._study = study
        self._plan = plan
        self._output = output
        self._free = list(slots)
        self._display = display
        self._tell = display.tell
        self._next_view = 0.0
        self._running: list[TrialRun] = []
        self._unfinished = study.unfinished()
        self._failures = 0

    def run(self, num_trials: int, signals: StopSignals) -> bool:
        """Runs until `num_trials` trials have ended, earlier ones included; returns False if stopped before.

        Raises:
            OSError: if a process can't be started, or the disk is full.
            RunError: if the processes of `MAX_FAILURES` trials fail in a row.
        """
        self._keep_best()  # A killed process may not have written it, nor discarded all checkpoints.
        for trial in self._study.finished:
            self._discard_checkpoints(trial.number)
        try:
            while not signals.stop_requested():
                for trial_run in list(self._running):
                    self._check(trial_run)
                while self._free and len(self._study.finished) + len(self._running) < num_trials:
                    self._start()
                if not self._running:
                    return True
                self._show(num_trials)
                time.sleep(CHECK_PERIOD)
            return False
        finally:
            end_runs((trial_run.run for trial_run in self._running), signals.is_urgent)

    def _show(self, num_trials: int) -> None:
        if time.monotonic() >= self._next_view:
            self._next_view = time.monotonic() + VIEW_PERIOD
            rows = [trial_run.read_row() for trial_run in self._running]
            self._display.update(rows, len(self._study.finished), num_trials)

    def _start(self) -> None:
        trial = self._unfinished.pop(0) if self._unfinished else self._study.ask()
        drawn = overrides_of(trial)
        self._tell(f"trial {trial.number}: {' '.join(drawn)}")
        try:
            jobs = self._plan.jobs(trial.number, drawn, self._output)
        except UserError as error:
            self._fail(trial, str(error))
            return
        self._running.append(TrialRun(trial, jobs, self._free.pop(0)))

    def _check(self, trial_run: TrialRun) -> None:
        state = trial_run.check()
        if state is None:
            return
        if state is RunState.RUNNING:
            self._tell(f"trial {trial_run.trial.number}: failed, {trial_run.failure}; retrying once")
            return
        trial = trial_run.trial
        self._running.remove(trial_run)
        self._free.append(trial_run.run.cores)
        if state is RunState.FAILED:
            self._fail(trial, trial_run.failure)
        elif state is RunState.PRUNED:
            self._study.prune(trial)
            number, value = trial_run.num_evaluations, trial_run.value
            self._tell(
                f"trial {trial.number}: pruned after {counted(number, 'evaluation')}, score {format_score(value)}"
            )
        else:
            self._complete(trial_run)
        self._discard_checkpoints(trial.number)
        self._failures = self._failures + 1 if state is RunState.FAILED else 0
        if self._failures == MAX_FAILURES:
            raise RunError(f"{MAX_FAILURES} trials in a row have failed; see {self._output / 'logs'}")

    def _fail(self, trial: Trial, reason: str) -> None:
        self._study.fail(trial, reason)
        self._tell(f"trial {trial.number}: failed, {reason}")

    def _complete(self, trial_run: TrialRun) -> None:
        trial = trial_run.trial
        if not trial_run.has_evaluations:
            self._fail(trial, "a run has no evaluations, as in an incomplete copy")
            return
        value = trial_run.value
        self._study.complete(trial, value)
        best = self._study.best
        assert best is not None
        others = f"the best is {format_score(score_of(best))}, of trial {best.number}"
        self._tell(f"trial {trial.number}: score {format_score(value)}; {others}")
        if best.number == trial.number:
            self._keep_best()

    def _discard_checkpoints(self, number: int) -> None:
        """Deletes the checkpoints of an ended trial, which are large."""
        for seed in self._plan.seeds:
            shutil.rmtree(self._plan.run(number, seed, self._output).checkpoints, ignore_errors=True)

    def _keep_best(self) -> None:
        if (best := self._study.best) is not None:
            write_best(best, self._plan, self._output / BEST)

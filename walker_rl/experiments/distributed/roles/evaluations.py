"""The central process's side of evaluations: snapshots that await theirs, and the evaluator's results."""

import time
from collections import deque
from collections.abc import Callable, Sequence

import numpy as np

from walker_rl.evaluation import Evaluation
from walker_rl.experiments.config import ExperimentConfig
from walker_rl.experiments.distributed.roles.patient_writer import PatientWriter
from walker_rl.experiments.distributed.wire.codec import ForeignMessageError
from walker_rl.experiments.distributed.wire.messages import Result, Snapshot
from walker_rl.experiments.run.directory import RunDirectory
from walker_rl.experiments.run.metrics import RecordedEvaluation
from walker_rl.experiments.run.recorder import Counts, Recorder
from walker_rl.experiments.run.summary import read_summary

NUM_WAITING = 10
"""Snapshots that wait when a warning says that the evaluator is too slow."""


class Evaluations:
    """Adds a snapshot at each point of the evaluation grid, and passes the evaluator's results to the recorder.

    Attributes:
        last_return: mean return of the last evaluation; None before the first.
        has_last_snapshot: True if the last snapshot has been added.
        evaluator_has_finished: True if nothing is left to evaluate.
    """

    def __init__(
        self,
        config: ExperimentConfig,
        run: RunDirectory,
        recorder: Recorder,
        writer: PatientWriter,
        warn: Callable[[str], None],
    ):
        """Starts without snapshots.

        Args:
            config: the run's configuration.
            run: the run directory, in which the evaluator writes the summary.
            recorder: the recorder of the run's metrics.
            writer: writer of what is recorded.
            warn: function that prints a warning.
        """
        self._settings = config.evaluation
        self._max_actor_steps = config.max_actor_steps
        self._run = run
        self._recorder = recorder
        self._writer = writer
        self._warn = warn
        self._has_warned = False
        self._next_snapshot = config.evaluation.period
        self._snapshots: deque[Snapshot] = deque()
        self._last_evaluated = 0
        self._heard_at = time.monotonic()
        self.last_return: float | None = None
        self.has_last_snapshot = False
        self.evaluator_has_finished = False

    @property
    def snapshot(self) -> Snapshot | None:
        """The snapshot whose evaluation is next; None if there is none."""
        return self._snapshots[0] if self._snapshots else None

    @property
    def silence(self) -> float:
        """Seconds since the evaluator's last message, or since the last snapshot was added."""
        return time.monotonic() - self._heard_at

    def restore(self, evaluations: Sequence[RecordedEvaluation]) -> None:
        """Continues after the recorded evaluations, if there are any."""
        if evaluations:
            self._last_evaluated, self.last_return, _ = evaluations[-1]
            period = self._settings.period
            self._next_snapshot = self._last_evaluated // period * period + period

    def add_due(self, weights: np.ndarray, actor_steps: int, learner_steps: int) -> None:
        """Adds a snapshot for each point of the grid that the run has reached."""
        due = range(self._next_snapshot, min(actor_steps + 1, self._max_actor_steps), self._settings.period)
        if not due:
            return
        shared = weights.copy()  # Thousands may be due after a restart.
        for steps in due:
            self._add(shared, steps, learner_steps, None)
        self._next_snapshot = due[-1] + self._settings.period
        if len(self._snapshots) >= NUM_WAITING and not self._has_warned:
            self._has_warned = True
            self._warn(
                f"warning: {len(self._snapshots)} policies wait for the evaluator, so the run will end later; "
                "raise evaluation.period or lower evaluation.num_episodes"
            )

    def add_last(self, weights: np.ndarray, actor_steps: int, learner_steps: int, ended_by: str) -> None:
        """Adds the last snapshot, of a run ended by `ended_by`, one of `LIMITS`; the summary follows it."""
        self.has_last_snapshot = True
        self._heard_at = time.monotonic()
        # Actors overshoot; the grid does not.
        self._add(weights.copy(), min(actor_steps, self._max_actor_steps), learner_steps, ended_by)

    def hear(self, result: Result) -> None:
        """Records a result; the snapshot after it is next, but the last one stays until the evaluator finishes.

        Raises:
            ForeignMessageError: if this run's evaluator can't have sent it.
        """
        num_episodes = self._settings.num_episodes
        if len(result.episode_returns) not in (0, num_episodes):
            raise ForeignMessageError(f"{len(result.episode_returns)} episodes: must be {num_episodes}, as in this run")
        if result.event == "finished" and not self._run.summary.exists():
            raise ForeignMessageError("event = finished: must come after the run's summary, which is not written yet")
        self._heard_at = time.monotonic()
        self._record(result)
        if result.event == "finished":
            self._writer.write(self._finish)
            self.evaluator_has_finished = True
        elif result.event == "evaluation":
            snapshot = self.snapshot
            if snapshot is not None and snapshot.actor_steps == result.actor_steps and not snapshot.is_last:
                self._snapshots.popleft()

    def _add(self, weights: np.ndarray, actor_steps: int, learner_steps: int, ended_by: str | None) -> None:
        walltime = self._recorder.walltime
        self._snapshots.append(Snapshot(weights, actor_steps, learner_steps, walltime, ended_by))

    def _record(self, result: Result) -> None:
        """Records a result's evaluation, unless it has none or was recorded before."""
        if result.actor_steps > self._last_evaluated:
            self._last_evaluated = result.actor_steps
            evaluation = Evaluation(
                result.episode_returns, result.episode_lengths, result.episode_falls, result.saturated_share
            )
            self.last_return = evaluation.mean_return
            counts = Counts(result.actor_steps, result.learner_steps)
            self._writer.write(self._recorder.record_evaluation, counts, evaluation, result.walltime)

    def _finish(self) -> None:
        summary = read_summary(self._run)
        results = {"best": summary.best.mean_return, "last": summary.last.mean_return}
        self._recorder.finish(results, self._last_evaluated)

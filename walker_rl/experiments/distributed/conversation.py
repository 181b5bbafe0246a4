"""The central process's messages: step counts and metrics in, weights and evaluation candidates out."""

import time
from collections import deque
from collections.abc import Callable
from typing import Any

import numpy as np

from walker_rl import __version__
from walker_rl.experiments.config import ExperimentConfig, to_dict
from walker_rl.experiments.distributed.channel import Channel, Inbox, table_name
from walker_rl.experiments.distributed.codec import ForeignMessageError, MessageT, protocol
from walker_rl.experiments.distributed.messages import Candidate, Experiment, Notice, Report, Result, Weights
from walker_rl.experiments.distributed.roster import Roster
from walker_rl.experiments.evaluation import Evaluation
from walker_rl.experiments.run.directory import RunDirectory
from walker_rl.experiments.run.metrics import RecordedEvaluation
from walker_rl.experiments.run.recorder import Counts, Recorder
from walker_rl.experiments.run.summary import read_summary
from walker_rl.logging.csv_file import ColumnsError
from walker_rl.types import Metrics

MESSAGES_READY = 256
"""Messages fetched ahead of being read."""

INTRODUCTION_PERIOD = 5.0
"""Seconds after which rarely changing boards are rewritten."""


class Conversation:
    """Exchanges messages with the actors and the evaluator, and passes the metrics that they send to the recorder.

    Attributes:
        roster: the actors and their step counts.
        evaluation_return: mean return of the last evaluation; None before the first.
        has_last_candidate: True if the last candidate has been sent.
        evaluator_has_finished: True if nothing is left to evaluate.
    """

    def __init__(
        self,
        config: ExperimentConfig,
        run: RunDirectory,
        recorder: Recorder,
        num_actors: int,
        tell: Callable[[str], None],
    ):
        """Starts with an empty roster.

        Args:
            config: the run's configuration.
            run: the run directory, in which the evaluator writes the summary.
            recorder: the recorder of the run's metrics.
            num_actors: number of indices reserved for actors that ask for one by number.
            tell: function that prints a line.
        """
        self._config = config
        self._run = run
        self._tell = tell
        self._disk_is_full = False
        self._recorder = recorder
        self.roster = Roster(num_actors)
        self._learner_steps = 0
        self._published = -1
        self._next_introduction = 0.0
        self._next_candidate = config.evaluation.period
        self._candidates: deque[Candidate] = deque()  # The first is on the board until its evaluation has arrived.
        self.evaluation_return: float | None = None
        self._last_evaluated = 0
        self._evaluator_heard_at = time.monotonic()
        self.has_last_candidate = False
        self.evaluator_has_finished = False

    def connect(self, channel: Channel) -> None:
        """Subscribes to reports and results."""
        self._channel = channel
        self._reports = channel.subscribe(Report, MESSAGES_READY)
        self._results = channel.subscribe(Result, MESSAGES_READY)

    def exchange(
        self, learner_steps: int, policy_weights: np.ndarray, evaluated_weights: np.ndarray, is_over: bool
    ) -> None:
        """Records the messages received, and publishes the run's progress.

        Args:
            learner_steps: updates so far.
            policy_weights: weights for the actors.
            evaluated_weights: weights for the evaluator.
            is_over: whether actors should stop.
        """
        self._learner_steps = learner_steps
        self._hear_all(self._reports, self._hear_actor)
        self._hear_all(self._results, self._hear_evaluator)
        while self._next_candidate <= self.actor_steps and self._next_candidate < self._config.max_actor_steps:
            self._add_candidate(evaluated_weights, self._next_candidate, None)
            self._next_candidate += self._config.evaluation.period
        if time.monotonic() >= self._next_introduction:  # A foreign sender may have overwritten them.
            self._next_introduction = time.monotonic() + INTRODUCTION_PERIOD
            self._channel.send(Experiment(__version__, to_dict(self._config), protocol()))
            self._published = -1
            if self._candidates:
                self._channel.send(self._candidates[0])
        if learner_steps != self._published:
            self._channel.send(Weights(policy_weights, learner_steps))
            self._published = learner_steps
        roster, awaited = self.roster, self._candidates[0].actor_steps if self._candidates else 0
        steps, present = roster.actor_steps_by_index, roster.num_present
        self._channel.send(Notice(steps, learner_steps, present, is_over, roster.welcomes, awaited))

    def send_last_candidate(self, weights: np.ndarray, ended_by: str) -> None:
        """Asks the evaluator for the last evaluation and the summary of a run ended by `ended_by`, one of `LIMITS`."""
        self.has_last_candidate = True
        self._evaluator_heard_at = time.monotonic()
        actor_steps = min(self.actor_steps, self._config.max_actor_steps)  # Actors overshoot; the grid does not.
        self._add_candidate(weights, actor_steps, ended_by)

    @property
    def actor_steps(self) -> int:
        """Steps of all actors together."""
        return self.roster.actor_steps

    @property
    def evaluator_silence(self) -> float:
        """Seconds since the evaluator's last message, or since the last evaluation was requested."""
        return time.monotonic() - self._evaluator_heard_at

    def record_update(self, metrics: Metrics, learner_steps: int) -> None:
        """Records an update."""
        self._record(self._recorder.record_update, Counts(self.actor_steps, learner_steps), metrics)

    def restore(self, roster: dict[str, Any], evaluations: list[RecordedEvaluation]) -> None:
        """Adopts counts that exceed the present ones; the next candidate follows the last evaluation."""
        self.roster.restore(roster)
        if evaluations:
            self._last_evaluated, self.evaluation_return, _ = evaluations[-1]
            period = self._config.evaluation.period
            self._next_candidate = self._last_evaluated // period * period + period

    def _hear_all(self, inbox: Inbox[MessageT], hear: Callable[[MessageT], None]) -> None:
        """Hears the messages that have arrived; drops those that this run can't use."""
        while (message := inbox.get()) is not None:
            try:
                hear(message)
            except ForeignMessageError as error:
                self._channel.drop(table_name(type(message), self._channel.run_id), error)

    def _hear_actor(self, report: Report) -> None:
        if report.is_first:
            self.roster.welcome(report.token, report.index)
            return
        others = self.actor_steps - self.roster.steps_of(report)
        if not self.roster.count(report):
            return
        for episode in report.episodes:
            row = dict(episode)
            counts = Counts(others + int(row.pop("actor_steps")), self._learner_steps)
            try:
                self._record(self._recorder.record_episode, counts, row)
            except ColumnsError as error:
                raise ForeignMessageError(str(error), report.token) from None

    def _hear_evaluator(self, result: Result) -> None:
        num_episodes = self._config.evaluation.num_episodes
        if len(result.episode_returns) not in (0, num_episodes):
            raise ForeignMessageError(f"{len(result.episode_returns)} episodes: must be {num_episodes}, as in this run")
        if result.event == "finished" and not self._run.summary.exists():
            raise ForeignMessageError("event = finished: must come after the run's summary, which is not written yet")
        self._evaluator_heard_at = time.monotonic()
        self._record_evaluation(result)
        if result.event == "finished":
            self._record(self._finish)
            self.evaluator_has_finished = True
        elif result.event == "evaluation":
            self._send_next_candidate(result.actor_steps)

    def _record_evaluation(self, result: Result) -> None:
        """Records a result's evaluation, unless it has none or was recorded before."""
        if result.actor_steps > self._last_evaluated:
            self._last_evaluated = result.actor_steps
            evaluation = Evaluation(
                result.episode_returns, result.episode_lengths, result.episode_falls, result.saturated_share
            )
            self.evaluation_return = evaluation.mean
            counts = Counts(result.actor_steps, result.learner_steps)
            self._record(self._recorder.record_evaluation, counts, evaluation, result.walltime)

    def _finish(self) -> None:
        summary = read_summary(self._run)
        results = {"best": summary.best.mean_return, "last": summary.last.mean_return}
        self._recorder.finish(results, self._last_evaluated)

    def _record(self, write: Callable[..., None], *row: Any) -> None:
        """Writes a row; a full disk causes a warning and does not end the run."""
        try:
            write(*row)
            self._disk_is_full = False
        except OSError as error:
            if not self._disk_is_full:
                self._tell(f"warning: metrics can't be written ({error.strerror}); they wait until they can")
            self._disk_is_full = True

    def _add_candidate(self, weights: np.ndarray, actor_steps: int, ended_by: str | None) -> None:
        walltime = self._recorder.walltime
        self._candidates.append(Candidate(weights.copy(), actor_steps, self._learner_steps, walltime, ended_by))
        if len(self._candidates) == 1:
            self._channel.send(self._candidates[0])

    def _send_next_candidate(self, evaluated: int) -> None:
        """Sends the candidate after that of `evaluated` steps; the last one stays until the evaluator finishes."""
        if self._candidates and self._candidates[0].actor_steps == evaluated and not self._candidates[0].is_last:
            self._candidates.popleft()
            if self._candidates:
                self._channel.send(self._candidates[0])

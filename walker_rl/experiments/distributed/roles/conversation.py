"""The central process's messages: step counts and metrics in, weights and evaluation snapshots out."""

import time
import zlib
from collections.abc import Callable

import numpy as np

from walker_rl.experiments.distributed.roles.evaluations import Evaluations
from walker_rl.experiments.distributed.roles.patient_writer import PatientWriter
from walker_rl.experiments.distributed.roles.roster import Roster
from walker_rl.experiments.distributed.wire.channel import Channel, Inbox, table_name
from walker_rl.experiments.distributed.wire.codec import ForeignMessageError, MessageT
from walker_rl.experiments.distributed.wire.messages import Experiment, Notice, Report, Result, Snapshot, Weights
from walker_rl.experiments.run.recorder import Counts, Recorder
from walker_rl.logging.csv_file import ColumnsError

MESSAGES_READY = 256
"""Messages fetched ahead of being read."""

INTRODUCTION_PERIOD = 5.0
"""Seconds after which rarely changing boards are rewritten."""


class Conversation:
    """Exchanges messages with the actors and the evaluator, and passes the actors' metrics to the recorder."""

    def __init__(
        self,
        experiment: Experiment,
        channel: Channel,
        roster: Roster,
        evaluations: Evaluations,
        recorder: Recorder,
        writer: PatientWriter,
    ):
        """Subscribes to reports and results.

        Args:
            experiment: introduction of the run.
            channel: channel to the run's server, which has started.
            roster: the actors and their step counts.
            evaluations: the snapshots and the evaluator's results.
            recorder: the recorder of the run's metrics.
            writer: writer of what is recorded.
        """
        self._experiment = experiment
        self._channel = channel
        self._roster = roster
        self._evaluations = evaluations
        self._recorder = recorder
        self._writer = writer
        self._reports = channel.subscribe(Report, MESSAGES_READY)
        self._results = channel.subscribe(Result, MESSAGES_READY)
        self._published_weights = -1
        self._published_snapshot: Snapshot | None = None
        self._next_introduction = 0.0

    def hear(self, learner_steps: int) -> None:
        """Records the messages received since the last call; `learner_steps` updates have been made."""
        self._hear_all(self._reports, lambda report: self._hear_actor(report, learner_steps))
        self._hear_all(self._results, self._evaluations.hear)

    def publish(self, policy_weights: np.ndarray, learner_steps: int, num_inserted: int, *, is_over: bool) -> None:
        """Publishes the run's progress, with weights for the actors.

        Args:
            policy_weights: weights of the policy that acts.
            learner_steps: updates that have been made.
            num_inserted: items that the learner has from the actors.
            is_over: whether the actors should stop.
        """
        if time.monotonic() >= self._next_introduction:  # A foreign sender may have overwritten them.
            self._next_introduction = time.monotonic() + INTRODUCTION_PERIOD
            self._channel.send(self._experiment)
            self._published_weights, self._published_snapshot = -1, None
        self._publish_snapshot()
        digest = zlib.crc32(policy_weights.tobytes())
        if digest != self._published_weights:
            self._channel.send(Weights(policy_weights, learner_steps))
            self._published_weights = digest
        roster, snapshot = self._roster, self._evaluations.snapshot
        steps, present = roster.actor_steps_by_index, roster.num_present
        awaited = 0 if snapshot is None else snapshot.actor_steps
        notice = Notice(
            actor_steps_by_index=steps,
            num_actors=present,
            is_over=is_over,
            max_actor_steps=self._experiment.config["max_actor_steps"],
            welcomes=roster.welcomes,
            snapshot_steps=awaited,
            num_inserted=num_inserted,
            replaced=tuple(roster.replaced),
            weights_digest=digest,
        )
        self._channel.send(notice)

    def _publish_snapshot(self) -> None:
        """Puts a new snapshot on its board, where it stays until its evaluation has arrived."""
        snapshot = self._evaluations.snapshot
        if snapshot is not None and snapshot is not self._published_snapshot:
            self._channel.send(snapshot)
        self._published_snapshot = snapshot

    def _hear_all(self, inbox: Inbox[MessageT], hear: Callable[[MessageT], None]) -> None:
        """Processes the messages that have arrived; drops those that this run can't use."""
        while (message := inbox.get()) is not None:
            try:
                hear(message)
            except ForeignMessageError as error:
                self._channel.drop(table_name(type(message), self._channel.run_id), error)

    def _hear_actor(self, report: Report, learner_steps: int) -> None:
        if report.is_first:
            self._roster.welcome(report.token, report.index)
            return
        others = self._roster.actor_steps - self._roster.steps_of(report)
        if not self._roster.count(report):
            return
        for episode in report.episodes:
            row = dict(episode)
            counts = Counts(others + int(row.pop("actor_steps")), learner_steps)
            try:
                self._writer.write(self._recorder.record_episode, counts, row)
            except ColumnsError as error:
                raise ForeignMessageError(str(error), report.token) from None

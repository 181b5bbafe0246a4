"""The evaluator's process: evaluates the snapshots that the central process sends; keeps the best and the last."""

import contextlib
import dataclasses
import time
from collections.abc import Callable

from walker_rl.experiments.distributed.roles.patient_writer import PatientWriter
from walker_rl.experiments.distributed.wire.membership import connect
from walker_rl.experiments.distributed.wire.messages import Notice, Result, Snapshot
from walker_rl.experiments.evaluator.evaluator import Evaluator
from walker_rl.experiments.parts import builder_of
from walker_rl.experiments.run.directory import RunDirectory
from walker_rl.experiments.run.metrics import recorded_evaluations
from walker_rl.experiments.run.summary import write_summary
from walker_rl.files.whole_file import remove_parts
from walker_rl.terminal.display import Display
from walker_rl.types import Variables

POLL_PERIOD = 0.5  # seconds

DISK_POLLS = 20
"""Polls between attempts to save a snapshot while the disk is full."""

SIGN_PERIOD = 10.0
"""Seconds, at least, between signs of life, which come before a step."""


class EvaluatorNode:
    """The evaluator of a run, in this process."""

    def __init__(self, address: str, run_id: str, run: RunDirectory):
        """Joins the run; waits until the central process answers.

        Args:
            address: the central process's "HOST:PORT".
            run_id: the run's id.
            run: directory for policies and videos; earlier evaluations are read from its metrics.

        Raises:
            UserError: if the run uses another version.
        """
        self._channel, config, self._patience = connect(address, run_id)
        self._architecture = builder_of(config).architecture
        self._run = run
        for folder in (run.best_policy.parent, run.stages, run.videos):
            remove_parts(folder)  # An evaluator that was killed may have left some.
        self._display = Display()
        self._evaluator = Evaluator(config, self._architecture, run, self._display, self._show_life)
        self._next_sign = 0.0
        self._writer = PatientWriter(self._display.message, "the policy", "the evaluation waits until it can")
        self._evaluator.continue_after(recorded_evaluations(run.metrics))
        self._last_result = Result("evaluation")

    def run(self, stop_requested: Callable[[], bool]) -> None:
        """Evaluates snapshots until the last one is done."""
        with contextlib.closing(self._evaluator), contextlib.closing(self._patience):
            while not stop_requested():
                time.sleep(POLL_PERIOD)
                notice = self._channel.read(Notice)  # Waits while the central process is away, until patience ends.
                self._patience.renew()
                if not notice.snapshot_steps:
                    continue
                snapshot, variables = self._channel.read(Snapshot, self._unpack)
                if not self._writer.write(self._hear, snapshot, variables):
                    self._wait_for_disk(stop_requested)
                elif snapshot.ended_by is not None:
                    break

    def _unpack(self, snapshot: Snapshot) -> tuple[Snapshot, Variables]:
        return snapshot, self._architecture.split_weights(snapshot.array)

    def _hear(self, snapshot: Snapshot, variables: Variables) -> None:
        """Evaluates a snapshot; after the last, chooses and evaluates the best policy, and writes the summary.

        Raises:
            OSError: if the disk is full.
        """
        self._evaluate(snapshot, variables)
        if snapshot.ended_by is not None:
            self._patience.pause()  # The selection is long, and reads no notices.
            write_summary(self._run, self._evaluator.finish(variables), snapshot.ended_by)
            self._patience.renew()
            self._channel.send(dataclasses.replace(self._last_result, event="finished"))

    def _evaluate(self, snapshot: Snapshot, variables: Variables) -> None:
        """Evaluates a snapshot, unless it was the last to be evaluated, and sends the result, possibly again."""
        is_recorded = snapshot.is_last and snapshot.actor_steps == self._evaluator.last_actor_steps
        if snapshot.actor_steps != self._last_result.actor_steps and not is_recorded:
            self._patience.pause()
            evaluation = self._evaluator.evaluate(variables, snapshot.actor_steps)
            place = snapshot.actor_steps, snapshot.learner_steps, snapshot.walltime
            self._last_result = Result("evaluation", *place, **vars(evaluation))
            self._patience.renew()
        self._channel.send(self._last_result)

    def _wait_for_disk(self, stop_requested: Callable[[], bool]) -> None:
        """Waits a little before the snapshot is tried again."""
        self._patience.renew()
        for _ in range(DISK_POLLS):
            if not stop_requested():
                self._show_life()
                time.sleep(POLL_PERIOD)

    def _show_life(self) -> None:
        """Shows the central process, now and then, that the evaluator is alive: an ending run waits for it."""
        if time.monotonic() >= self._next_sign:
            self._channel.send(Result("playing"))
            self._next_sign = time.monotonic() + SIGN_PERIOD

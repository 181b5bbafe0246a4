"""The central process: server, counts, replay and learner."""

import contextlib
import os
import shutil
import time
from collections.abc import Callable

from walker_rl.errors import RunError, UserError
from walker_rl.experiments.config import ExperimentConfig
from walker_rl.experiments.distributed.roles.conversation import Conversation
from walker_rl.experiments.distributed.roles.evaluations import Evaluations
from walker_rl.experiments.distributed.roles.patient_writer import PatientWriter
from walker_rl.experiments.distributed.roles.roster import Roster
from walker_rl.experiments.distributed.wire.channel import Channel
from walker_rl.experiments.distributed.wire.membership import introduction
from walker_rl.experiments.distributed.wire.ports import is_free
from walker_rl.experiments.distributed.wire.server import start_server
from walker_rl.experiments.distributed.wire.transitions import TransitionIntake
from walker_rl.experiments.learner_loop import LearnerLoop
from walker_rl.experiments.parts import builder_of, make_learner_side
from walker_rl.experiments.prior import num_prior_steps
from walker_rl.experiments.run.checkpoint import Checkpoints
from walker_rl.experiments.run.directory import RunDirectory, prior_policy_of
from walker_rl.experiments.run.metrics import recorded_evaluations
from walker_rl.experiments.run.recorder import Counts, Recorder
from walker_rl.experiments.run.status import LaunchStatus, RosterState, heartbeat, read_status, write_status
from walker_rl.field_values import to_field_value
from walker_rl.terminal.display import Display
from walker_rl.types import Metrics, State

EXCHANGE_PERIOD = 0.1
"""Seconds between exchanges of messages with actors and evaluator."""

EVALUATOR_LIMIT = 900.0
"""Seconds without a message from the evaluator after which an ending run fails."""


class Central:
    """A run's central process: everything except the simulation of episodes, in one loop."""

    def __init__(self, config: ExperimentConfig, run: RunDirectory, port: int, num_actors: int):
        """Continues from the newest checkpoint, if there is one, and starts the server.

        Args:
            config: the run's configuration.
            run: the run directory.
            port: port that the server listens on.
            num_actors: number of indices reserved for actors that ask for one by number.

        Raises:
            RunError: if there are checkpoints but none is intact.
            UserError: if the checkpoints belong to another configuration, or the port is taken.
        """
        self._config = config
        self._run = run
        self._display = Display()
        self._recorder = Recorder(config, run, self._display)
        self._recorder.pause()  # Until there is an actor.
        self._checkpoints = Checkpoints(run.checkpoints, config, self._display.message)
        self._side = make_learner_side(config, builder_of(config))
        self._learner_loop = LearnerLoop(self._side, config.log_period, self._record_update)
        self._roster = Roster(num_actors)
        self._writer = PatientWriter(self._display.message)
        self._evaluations = Evaluations(config, run, self._recorder, self._writer, self._display.message)
        self._phase = "training"
        self._ended_by: str | None = None
        self._next_exchange = 0.0
        self._resume()
        self._prior_plays = self._side.replay.num_inserted < num_prior_steps(config)
        self._connect(port)

    def run(self, stop_requested: Callable[[], bool]) -> bool:
        """Serves and learns until the run is over or a stop is requested, then writes a checkpoint.

        Returns:
            True if the run is complete.

        Raises:
            RunError: if a loss or a weight is not finite, the evaluator does not finish, or the last checkpoint can't
                be written.
            OSError: if the last metrics can't be written.
        """
        while self._phase != "complete" and not stop_requested():
            if not self._learner_loop.step():
                self._intake.take()
            if time.monotonic() >= self._next_exchange:
                self._exchange()
                self._next_exchange = time.monotonic() + EXCHANGE_PERIOD
            if self._checkpoints.is_due(self._roster.actor_steps) or self._prior_has_just_ended():
                self._checkpoint()
        has_saved = self._checkpoint()
        self._phase = "complete" if self._phase == "complete" and has_saved else "stopped"
        self._write_status()
        self._server.stop()
        self._channel.close()
        shutil.rmtree(self._reverb_folder)
        try:
            with heartbeat(self._run.status):
                self._recorder.close()
        finally:
            if not has_saved:
                raise RunError("the last checkpoint could not be written")
        return self._phase == "complete"

    def _prior_has_just_ended(self) -> bool:
        """Returns True once: a checkpoint then keeps a later crash from filling the prior's part with other rows."""
        if not self._prior_plays:
            return False
        self._prior_plays = self._side.replay.num_inserted < num_prior_steps(self._config)
        return not self._prior_plays

    def _exchange(self) -> None:
        learner = self._side.learner
        self._conversation.hear(learner.learner_steps)
        if self._phase == "training" and self._roster.num_present:
            self._recorder.end_pause()
        self._evaluations.add_due(learner.evaluated_weights, self._roster.actor_steps, learner.learner_steps)
        if self._ended_by is not None:
            self._end(self._ended_by)
        elif ended_by := self._recorder.limit_reached(self._roster.actor_steps):
            self._phase, self._ended_by = "ending", ended_by
            self._recorder.pause()
        self._write_status()  # Before actors are welcomed, so that a successor of this process knows them.
        num_inserted, is_over = self._side.replay.num_inserted, self._phase != "training"
        self._conversation.publish(learner.policy_weights, learner.learner_steps, num_inserted, is_over=is_over)

    def _end(self, ended_by: str) -> None:
        """Waits for the actors, the outstanding updates and the evaluator, in this order."""
        learner, evaluations = self._side.learner, self._evaluations
        if evaluations.evaluator_has_finished:
            self._phase = "complete"
        elif evaluations.has_last_snapshot:
            if evaluations.silence > EVALUATOR_LIMIT:
                self._checkpoint()
                raise RunError(f"the evaluator has not finished within {EVALUATOR_LIMIT:.0f} s")
        elif self._roster.num_present == 0 and self._intake.is_idle:
            evaluations.add_last(learner.evaluated_weights, self._roster.actor_steps, learner.learner_steps, ended_by)

    def _resume(self) -> None:
        path = self._checkpoints.restore_newest(self._save(), self._restore)
        if path is None:
            self._display.message("Starting at 0 steps.")
            self._checkpoint()
            return
        if (status := read_status(self._run.status)) is not None:  # Steps taken since the checkpoint stay counted.
            self._recorder.resume(max(status.walltime, self._recorder.walltime))
            self._restore_counts(status.roster)
        elif self._run.status.exists():
            torn = f"warning: {self._run.status} is torn"
            self._display.message(f"{torn}; steps taken since the checkpoint may not be counted")
        self._display.message(
            f"Resumed {path} at {self._side.learner.learner_steps:,} learner steps and "
            f"{self._roster.actor_steps:,} actor steps."
        )

    def _restore(self, state: State) -> None:
        roster = to_field_value(state["roster"], RosterState)
        self._learner_loop.restore(state)
        self._restore_counts(roster)
        self._recorder.resume(state["walltime"])  # Last, because it opens the metrics.

    def _restore_counts(self, roster: RosterState) -> None:
        """Adopts counts that exceed the present ones; the next snapshot follows the last recorded evaluation."""
        self._roster.restore(roster)
        self._evaluations.restore(recorded_evaluations(self._run.metrics))

    def _connect(self, port: int) -> None:
        if not is_free(port):
            raise UserError(f"port = {port}: must be free; another server listens there")
        self._reverb_folder = self._run.path / ".reverb"
        shutil.rmtree(self._reverb_folder, ignore_errors=True)  # Left by a process that was killed.
        self._reverb_folder.mkdir()
        run_id = self._run.provenance.run_id
        self._server = start_server(run_id, port, self._reverb_folder)
        self._channel = Channel(f"localhost:{port}", run_id, self._display.message)
        experiment = introduction(self._config, prior_policy_of(self._run, self._config))
        self._conversation = Conversation(
            experiment, self._channel, self._roster, self._evaluations, self._recorder, self._writer
        )
        self._intake = TransitionIntake(self._channel, self._side.replay, self._side.builder.layout.row_size)
        self._exchange()
        self._display.message(f"Serving on port {port}.")

    def _checkpoint(self) -> bool:
        """Writes a checkpoint, for as long as the disk takes; returns True on success."""
        with heartbeat(self._run.status):
            return self._checkpoints.write(self._roster.actor_steps, self._save)

    def _save(self) -> State:
        return {
            **self._learner_loop.save(),
            "roster": self._roster.save(),
            "walltime": self._recorder.walltime,
        }

    def _record_update(self, metrics: Metrics) -> None:
        counts = Counts(self._roster.actor_steps, self._side.learner.learner_steps)
        self._writer.write(self._recorder.record_update, counts, metrics)

    def _write_status(self) -> None:
        roster, replay, learner_steps = self._roster, self._side.replay, self._side.learner.learner_steps
        status = LaunchStatus(
            written_at=time.time(),
            phase=self._phase,
            actor_steps=roster.actor_steps,
            max_actor_steps=self._config.max_actor_steps,
            learner_steps=learner_steps,
            samples_per_insert=self._side.builder.samples_per_insert(replay.num_inserted, learner_steps),
            replay_size=replay.size,
            num_actors=roster.num_present,
            actor_steps_by_index={str(k): v for k, v in roster.actor_steps_by_index.items()},
            training_return=self._recorder.training_return,
            evaluation_return=self._evaluations.last_return,
            seconds_allowed=self._recorder.seconds_allowed,
            walltime=self._recorder.walltime,
            roster=roster.save(),
        )
        try:
            write_status(self._run.status, status)
        except OSError:
            with contextlib.suppress(FileNotFoundError):  # There is none yet.
                os.utime(self._run.status)  # The disk is full: a new modification time still serves as a heartbeat.

"""The central process: server, counts, replay and learner."""

import math
import os
import shutil
import time
from collections.abc import Callable

from walker_rl.errors import RunError, UserError
from walker_rl.experiments.config import ExperimentConfig, differences, to_dict
from walker_rl.experiments.distributed.bookkeeping import Bookkeeping
from walker_rl.experiments.distributed.channel import Channel
from walker_rl.experiments.distributed.generations import Generations
from walker_rl.experiments.distributed.isolation import is_free
from walker_rl.experiments.distributed.learning import Learning
from walker_rl.experiments.distributed.server import start_server
from walker_rl.experiments.distributed.status import Status, read_status, write_status
from walker_rl.experiments.run.directory import RunDirectory
from walker_rl.experiments.run.metrics import recorded_evaluations
from walker_rl.experiments.run.recorder import Recorder
from walker_rl.terminal.display import Display

EXCHANGE_PERIOD = 0.1
"""Seconds between readings of what actors and evaluator have said."""

RETRY_PERIOD = 10.0
"""Seconds after a checkpoint that could not be written."""

EVALUATOR_LIMIT = 900.0
"""Seconds of silence of the evaluator that the end of a run waits through."""


class Central:
    """One run's centre, in this process. Everything but the simulation of episodes is here, in one loop."""

    def __init__(self, config: ExperimentConfig, run: RunDirectory, port: int, num_actors: int):
        """Goes on from the newest generation, if there is one, and starts the server.

        Args:
            config: of the run.
            run: its directory.
            port: that the server is to listen on.
            num_actors: indices that are kept for actors that know theirs.

        Raises:
            RunError: if there are generations, and none is whole.
            UserError: if they belong to another configuration, or the port is taken.
        """
        self._config = config
        self._run = run
        self._display = Display()
        self._recorder = Recorder(config, run, self._display)
        self._generations = Generations(run.checkpoints, config.checkpoint.num_kept)
        self._learning = Learning(config)
        self._bookkeeping = Bookkeeping(config, run, self._recorder, num_actors, self._display.message)
        self._phase = "training"
        self._next_exchange = 0.0
        self._checkpoint_at = self._checkpoint_steps = math.inf
        self._restore()
        self._plan_checkpoint()
        self._connect(port)

    def run(self, stop_requested: Callable[[], bool]) -> bool:
        """Serves and learns until the run is over or is asked to stop, and leaves a generation.

        Returns:
            Whether the run is complete.

        Raises:
            RunError: if a loss or a weight is not finite, or the evaluator does not finish.
            RunError: if the last generation can't be written; OSError: if the last metrics can't.
        """
        while self._phase != "complete" and not stop_requested():
            before = self._learning.learner_steps
            metrics = self._learning.work()
            learner_steps = self._learning.learner_steps
            if metrics is not None and learner_steps // self._config.log_period > before // self._config.log_period:
                self._bookkeeping.record_update(metrics, learner_steps)
            if time.monotonic() >= self._next_exchange:
                self._exchange()
                self._next_exchange = time.monotonic() + EXCHANGE_PERIOD
            if time.monotonic() >= self._checkpoint_at or self._bookkeeping.actor_steps >= self._checkpoint_steps:
                self._checkpoint()
        self._phase = "complete" if self._phase == "complete" else "stopped"
        has_saved = self._checkpoint()
        self._write_status()
        self._server.stop()
        shutil.rmtree(self._reverb_folder)
        if not has_saved:
            raise RunError("the last checkpoint could not be written")
        self._recorder.close()
        return self._phase == "complete"

    def _exchange(self) -> None:
        bookkeeping, learning = self._bookkeeping, self._learning
        bookkeeping.exchange(
            learning.learner_steps,
            learning.policy_weights,
            learning.evaluated_weights,
            is_over=self._phase != "training",
        )
        if self._phase == "training" and bookkeeping.actor_steps >= self._config.max_actor_steps:
            self._phase = "ending"
        elif self._phase == "ending":
            self._end()
        self._write_status()

    def _end(self) -> None:
        """Waits for the actors, the updates still owed and the evaluator, in this order."""
        if self._bookkeeping.evaluator_has_finished:
            self._phase = "complete"
        elif self._bookkeeping.has_last_candidate:
            if self._bookkeeping.evaluator_silence > EVALUATOR_LIMIT:
                self._checkpoint()
                raise RunError(f"the evaluator has not finished within {EVALUATOR_LIMIT:.0f} s")
        elif self._bookkeeping.roster.num_present == 0 and self._learning.is_idle:
            self._bookkeeping.send_last_candidate(self._learning.evaluated_weights)

    def _restore(self) -> None:
        generation = self._generations.newest(lambda text: self._display.message(f"warning: {text}"))
        if generation is None and self._generations.paths():
            raise RunError("no checkpoint of this run can be read; start anew in another run directory")
        if generation is None:
            self._display.message("Starting at 0 steps.")
            self._checkpoint()
            return
        manifest = generation.manifest
        for difference in differences(to_dict(self._config), manifest["config"]):
            raise UserError(f"{difference}: must be as in {generation.path} to resume from it")
        self._learning.restore(generation.learner, generation.replay)
        self._recorder.resume(manifest["walltime"])
        self._bookkeeping.restore(manifest["roster"], recorded_evaluations(self._run.metrics))
        if (status := read_status(self._run.status)) is not None:  # Steps taken since the generation stay counted.
            self._recorder.resume(max(status.walltime, manifest["walltime"]))
            self._bookkeeping.restore(status.roster, recorded_evaluations(self._run.metrics))
        self._display.message(
            f"Resumed {generation.path} at {self._learning.learner_steps:,} learner steps and "
            f"{self._bookkeeping.actor_steps:,} actor steps."
        )

    def _connect(self, port: int) -> None:
        if not is_free(port):
            raise UserError(f"port = {port}: must be free; another server listens there")
        self._reverb_folder = self._run.path / ".reverb"
        shutil.rmtree(self._reverb_folder, ignore_errors=True)  # Left by a process that was killed.
        self._reverb_folder.mkdir()
        self._server = start_server(self._run.id, port, self._reverb_folder)
        channel = Channel(f"localhost:{port}", self._run.id)
        self._bookkeeping.connect(channel)
        self._learning.connect(channel)
        self._exchange()
        self._display.message(f"Serving on port {port}.")

    def _checkpoint(self) -> bool:
        """Writes a generation; one that can't be written costs no more than itself, and is tried again soon.

        Returns:
            Whether it was written.
        """
        learner, replay = self._learning.save()
        manifest = {
            "config": to_dict(self._config),
            "actor_steps": self._bookkeeping.actor_steps,
            "learner_steps": self._learning.learner_steps,
            "replay_size": self._learning.replay_size,
            "roster": self._bookkeeping.roster.save(),
            "walltime": self._recorder.walltime,
        }
        self._plan_checkpoint()
        try:
            self._generations.write(self._bookkeeping.actor_steps, learner, replay, manifest)
        except OSError as error:
            if not self._generations.paths():
                raise
            self._checkpoint_at = time.monotonic() + RETRY_PERIOD
            self._display.message(
                f"warning: the checkpoint at {self._bookkeeping.actor_steps:,} steps could not be written "
                f"({error.strerror}); {self._generations.paths()[-1]} stays valid"
            )
            return False
        return True

    def _write_status(self) -> None:
        bookkeeping, learning = self._bookkeeping, self._learning
        status = Status(
            written_at=time.time(),
            phase=self._phase,
            actor_steps=bookkeeping.actor_steps,
            max_actor_steps=self._config.max_actor_steps,
            learner_steps=learning.learner_steps,
            samples_per_insert=learning.samples_per_insert,
            replay_size=learning.replay_size,
            num_actors=bookkeeping.roster.num_present,
            actor_steps_by_index={str(k): v for k, v in bookkeeping.roster.actor_steps_by_index.items()},
            training_return=self._recorder.training_return,
            evaluation_return=bookkeeping.evaluation_return,
            walltime=self._recorder.walltime,
            roster=bookkeeping.roster.save(),
        )
        try:
            write_status(self._run.status, status)
        except OSError:
            os.utime(self._run.status)  # A full disk: a sign of life is all that there is room for.

    def _plan_checkpoint(self) -> None:
        """Sets the time and the steps at which the next generation is due."""
        settings = self._config.checkpoint
        self._checkpoint_at = time.monotonic() + (settings.seconds_period or math.inf)
        self._checkpoint_steps = math.inf
        if (period := settings.steps_period) is not None:
            self._checkpoint_steps = (self._bookkeeping.actor_steps // period + 1) * period

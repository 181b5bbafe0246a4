"""The local runner: one process, one loop."""

import math
import time
from collections.abc import Callable

import numpy as np

from walker_rl.errors import RunError, UserError
from walker_rl.experiments.components import Components
from walker_rl.experiments.config import ExperimentConfig, differences, to_dict
from walker_rl.experiments.environment_loop import EnvironmentLoop
from walker_rl.experiments.evaluator import Evaluator
from walker_rl.experiments.run.checkpoint import Checkpointer
from walker_rl.experiments.run.directory import RunDirectory
from walker_rl.experiments.run.recorder import Counts, Recorder
from walker_rl.terminal.display import Display, Status, format_duration
from walker_rl.types import State

SECONDS_TIMED = 10.0
"""Seconds of learning before the first word on how long a run will take."""


class LocalRunner:
    """Steps the environment, pays the updates owed, evaluates on the grid, and checkpoints.

    Everything that decides a later number is in `save`: a run that is killed and resumed writes the same
    metrics, bit for bit, as one that never stopped (with replay in arrays and one intra-op thread).
    """

    def __init__(
        self,
        config: ExperimentConfig,
        components: Components,
        evaluator: Evaluator,
        recorder: Recorder,
        run: RunDirectory,
        display: Display,
    ):
        """Wires the parts together; nothing is trained before `train`."""
        self._config = config
        self._components = components
        self._loops = [
            EnvironmentLoop(environment, actor)
            for environment, actor in zip(components.environments, components.actors, strict=True)
        ]
        self._evaluator = evaluator
        self._display = display
        self._recorder = recorder
        self._checkpointer = Checkpointer(run.checkpoints, config.checkpoint.num_kept)
        self._checkpointed_at = time.monotonic()
        self._checkpoint_is_current = False
        self._told_duration = False
        self._learning_since: float | None = None

    def train(self, stop_requested: Callable[[], bool]) -> bool:
        """Trains to `max_actor_steps`, or until asked to stop, and leaves a checkpoint.

        Args:
            stop_requested: asked after every environment step.

        Returns:
            Whether the training is complete.

        Raises:
            RunError: if an observation, an action or a loss is not finite.
            OSError: if the disk takes no more.
        """
        try:
            if self._actor_steps == 0:
                self._checkpoint()
            while not self._is_complete and not stop_requested():
                self._step()
            if self._is_complete and self._evaluator.last_actor_steps != self._actor_steps:
                self._evaluate()
            if not self._checkpoint_is_current:
                self._checkpoint()
        except RunError as error:
            raise RunError(f"{error}; the last good state is {self._checkpointer.paths()[-1]}") from None
        return self._is_complete

    def save(self) -> State:
        """The whole run."""
        parts = self._components
        return {
            "config": to_dict(self._config),
            "loops": {str(index): loop.save() for index, loop in enumerate(self._loops)},
            "learner": parts.learner.save(),
            "replay": parts.replay.save(),
            "evaluator": self._evaluator.save(),
            "recorder": self._recorder.save(),
        }

    def restore_newest(self) -> None:
        """Goes on from the newest checkpoint that is whole, or from the start if the run was ended before its first.

        Raises:
            RunError: if there are checkpoints, and none is whole.
            UserError: if the checkpoint belongs to another configuration, or metrics of before it are lost.
        """
        found = self._checkpointer.read_newest(lambda text: self._display.message(f"warning: {text}"))
        if found is None and self._checkpointer.paths():
            raise RunError("no checkpoint of this run can be read; start anew in another run directory")
        if found is None:
            return
        path, state = found
        for difference in differences(to_dict(self._config), state["config"]):
            raise UserError(f"{difference}: must be as in {path} to resume from it")
        try:
            self._restore(state)
        except KeyError as error:
            raise RunError(f"{path} was written by another version of this program: it has no {error}") from None
        self._display.message(f"Resumed {path} at {self._actor_steps:,} steps.")

    def _restore(self, state: State) -> None:
        parts = self._components
        parts.learner.restore(state["learner"])
        for index, loop in enumerate(self._loops):
            loop.restore(state["loops"][str(index)])
        parts.replay.restore(state["replay"])
        self._evaluator.restore(state["evaluator"])
        self._recorder.restore(state["recorder"], self._actor_steps)
        self._checkpoint_is_current = True

    def _step(self) -> None:
        loop = self._loops[self._actor_steps % len(self._loops)]
        finished_episode = loop.step()
        self._checkpoint_is_current = False
        self._learn()
        if finished_episode is not None:
            self._recorder.training(self._counts, finished_episode.row())
        if self._actor_steps % self._config.evaluation.period == 0:
            self._evaluate()
        if self._checkpoint_is_due():
            self._checkpoint()
        self._display.update(self._status)
        self._tell_duration()

    def _learn(self) -> None:
        learner = self._components.learner
        num_steps = self._components.builder.steps_due(self._components.replay, learner.learner_steps)
        for _ in range(num_steps):
            before = learner.learner_steps
            metrics = learner.step()
            for name, value in metrics.items():
                if not math.isfinite(value):
                    raise RunError(f"{name} is {value} at learner step {learner.learner_steps}")
            if learner.learner_steps // self._config.log_period > before // self._config.log_period:
                self._recorder.learner(self._counts, metrics)
        if num_steps:
            for actor in self._components.actors:
                actor.update()
            self._learning_since = self._learning_since or time.monotonic()

    def _evaluate(self) -> None:
        is_first = self._evaluator.last_mean is None
        variables = self._components.learner.get_variables(["evaluated_policy"])[0]
        walltime = self._recorder.walltime
        evaluation = self._evaluator.evaluate(variables, self._actor_steps)
        self._recorder.evaluation(self._counts, evaluation, walltime)
        if is_first:
            self._recorder.first_video(self._actor_steps)
        self._checkpoint_is_current = False

    def _checkpoint(self) -> None:
        """Writes a checkpoint; a full disk costs this one, not the run, if there is one before it."""
        self._checkpointed_at = time.monotonic()
        try:
            state = self.save()
            if not all(np.isfinite(array).all() for array in state["learner"].values()):
                raise RunError(f"a weight is not finite at learner step {self._counts.learner_steps}")
            self._checkpointer.write(self._actor_steps, state)
            self._checkpoint_is_current = True
        except OSError as error:
            if not self._checkpointer.paths():
                raise
            self._display.message(
                f"warning: the checkpoint at {self._actor_steps:,} steps could not be written "
                f"({error.strerror}); {self._checkpointer.paths()[-1]} stays valid"
            )

    def _checkpoint_is_due(self) -> bool:
        settings = self._config.checkpoint
        if settings.steps_period is not None and self._actor_steps % settings.steps_period == 0:
            return True
        seconds = time.monotonic() - self._checkpointed_at
        return settings.seconds_period is not None and seconds >= settings.seconds_period

    def _tell_duration(self) -> None:
        if self._told_duration or time.monotonic() - (self._learning_since or math.inf) < SECONDS_TIMED:
            return
        seconds = self._display.seconds_left(self._status)
        if seconds is not None:
            self._told_duration = True
            self._display.message(f"At the present speed the training takes {format_duration(seconds)} more.")

    @property
    def _actor_steps(self) -> int:
        return sum(loop.actor_steps for loop in self._loops)

    @property
    def _counts(self) -> Counts:
        return Counts(self._actor_steps, self._components.learner.learner_steps)

    @property
    def _is_complete(self) -> bool:
        return self._actor_steps >= self._config.max_actor_steps

    @property
    def _status(self) -> Status:
        return Status(
            actor_steps=self._actor_steps,
            max_actor_steps=self._config.max_actor_steps,
            learner_steps=self._components.learner.learner_steps,
            training_return=self._recorder.training_return,
            evaluation_return=self._evaluator.last_mean,
        )

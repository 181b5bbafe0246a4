"""The local runner: one process, one loop."""

import contextlib
import math
import time
from collections.abc import Callable, Iterator

from walker_rl.agents import calling
from walker_rl.environments import Environment
from walker_rl.errors import ResumableError, RunError
from walker_rl.evaluation import Evaluation
from walker_rl.experiments.config import ExperimentConfig
from walker_rl.experiments.evaluator.evaluator import Evaluator
from walker_rl.experiments.learner_loop import LearnerLoop
from walker_rl.experiments.parts import Parts
from walker_rl.experiments.run.checkpoint import Checkpoints
from walker_rl.experiments.run.directory import RunDirectory, update_config
from walker_rl.experiments.run.metrics import recorded_evaluations
from walker_rl.experiments.run.recorder import Counts, Recorder
from walker_rl.experiments.run.summary import write_summary
from walker_rl.printable import format_duration
from walker_rl.processes.signals import StopSignals
from walker_rl.run_states import Status
from walker_rl.terminal.display import TRAINED, Display
from walker_rl.types import State, Variables

SECONDS_TIMED = 10.0
"""Seconds of learning before the remaining time is printed."""


def train(
    config: ExperimentConfig, parts: Parts, run: RunDirectory, signals: StopSignals, *, resume: bool
) -> dict[str, Evaluation] | None:
    """Trains in an existing run directory, up to the final evaluation; does not close `parts`.

    With `resume`, continues from the newest checkpoint, and replaces the run's configuration by `config`.

    Returns:
        The final evaluations of the "best" and the "last" policy, or None if the training was interrupted.

    Raises:
        RunError: if a number is not finite, or no checkpoint can be read; existing checkpoints stay.
        OSError: if the disk is full; the checkpoints stay.
        UserError: if the checkpoint belongs to another configuration.
        KeyboardInterrupt: if a stop is requested when nothing is left to save.
    """
    display = Display(config.agent.min_steps_to_learn)
    with (
        contextlib.closing(Evaluator(config, parts.learner_side.builder.architecture, run, display)) as evaluator,
        contextlib.closing(Recorder(config, run, display)) as recorder,
    ):
        with display:
            runner = LocalRunner(config, parts, evaluator, recorder, run, display)
            if (line := _repetition(parts.loops[0].environment)) is not None:
                display.message(line)
            if resume:
                runner.restore_newest()
                update_config(run, config)
            with runner.naming_checkpoint():
                ended_by = runner.train(signals.stop_requested)
            if ended_by is None:
                return None
            signals.raise_at_once()
            display.message(TRAINED)
        with runner.naming_checkpoint():
            evaluations = evaluator.finish(runner.evaluated_policy)
            recorder.finish({name: one.mean_return for name, one in evaluations.items()}, evaluator.last_actor_steps)
        write_summary(run, evaluations, ended_by)  # Last, because it marks the run as complete.
        return evaluations


def _repetition(environment: Environment) -> str | None:
    """Describes what a resumed run does with its episode; None for tasks that are known to repeat."""
    if environment.task.must_repeat:
        return None
    trial = "In a trial, the same seed and actions"
    if environment.repeats:
        return f"{trial} repeated an episode: a resumed run continues within its episode."
    return f"{trial} did not repeat an episode: a resumed run continues with its next episode."


class LocalRunner:
    """Steps the environments, makes the updates due, evaluates on the grid, and writes checkpoints.

    `save` holds everything that affects later numbers: a run that is killed and resumed writes the same metrics, bit
    for bit, as one that never stopped (with replay in arrays and one intra-op thread).
    """

    def __init__(
        self,
        config: ExperimentConfig,
        parts: Parts,
        evaluator: Evaluator,
        recorder: Recorder,
        run: RunDirectory,
        display: Display,
    ):
        """Connects the parts; `train` starts the training."""
        self._config = config
        self._loops = parts.loops
        self._learner = parts.learner_side.learner
        self._learner_loop = LearnerLoop(
            parts.learner_side, config.log_period, lambda metrics: recorder.record_update(self._counts, metrics)
        )
        self._evaluator = evaluator
        self._display = display
        self._recorder = recorder
        self._metrics = run.metrics
        self._checkpoints = Checkpoints(run.checkpoints, config, display.message)
        self._checkpoint_is_current = False
        self._told_duration = False
        self._learning_since: float | None = None

    def train(self, stop_requested: Callable[[], bool]) -> str | None:
        """Trains until a limit is reached or a stop is requested, then writes a checkpoint.

        Returns:
            The limit that ended the training, one of `LIMITS`, or None if it is not complete.

        Raises:
            RunError: if an observation, an action or a loss is not finite, or a complete training has no checkpoint.
            OSError: if the disk is full.
        """
        with calling(self._config.agent_name, RunError):
            return self._train(stop_requested)

    @contextlib.contextmanager
    def naming_checkpoint(self) -> Iterator[None]:
        """Turns a `RunError` of the block into a `ResumableError` that names the newest checkpoint, if there is one."""
        try:
            yield
        except RunError as error:
            if self._checkpoints.newest is None:
                raise
            raise ResumableError(f"{error}; the last good state is {self._checkpoints.newest}") from error

    @property
    def evaluated_policy(self) -> Variables:
        """Weights of the policy that is evaluated and saved."""
        return self._learner.get_variables(["evaluated_policy"])[0]

    def save(self) -> State:
        """Returns the state of the whole run."""
        return {**self._save_parts(), "recorder": self._recorder.save()}

    def restore_newest(self) -> None:
        """Continues from the newest intact checkpoint, or from the start if there is none yet.

        Raises:
            RunError: if there are checkpoints but none is intact.
            UserError: if the checkpoint belongs to another configuration, or metrics from before it are lost.
        """
        path = self._checkpoints.restore_newest({**self._save_parts(), "recorder": {}}, self._restore)
        if path is not None:
            self._checkpoint_is_current = True
            where = " with the next episode" if any(loop.is_between_episodes for loop in self._loops) else ""
            self._display.message(f"Resumed {path} at {self._actor_steps:,} steps{where}.")

    def _save_parts(self) -> State:
        return {
            "loops": {str(index): loop.save() for index, loop in enumerate(self._loops)},
            **self._learner_loop.save(),
        }

    def _restore(self, state: State) -> None:
        self._learner_loop.restore(state)
        for index, loop in enumerate(self._loops):
            loop.restore(state["loops"][str(index)])
        self._recorder.restore(state["recorder"], self._actor_steps)  # After all that may fail, since it drops rows.
        self._evaluator.continue_after(recorded_evaluations(self._metrics))

    def _train(self, stop_requested: Callable[[], bool]) -> str | None:
        if self._actor_steps == 0:
            self._checkpoint()
        while (ended_by := self._recorder.limit_reached(self._actor_steps)) is None and not stop_requested():
            self._step()
        if ended_by is not None and self._evaluator.last_actor_steps != self._actor_steps:
            self._evaluate()
        self._display.update(self._status, at_once=True)
        if not self._checkpoint_is_current:
            self._checkpoint()
        if ended_by is not None and not self._checkpoint_is_current:  # Resuming would train again.
            raise RunError("the last checkpoint could not be written")
        return ended_by

    def _step(self) -> None:
        loop = self._loops[self._actor_steps % len(self._loops)]
        finished_episode = loop.step()
        self._checkpoint_is_current = False
        self._learn()
        if finished_episode is not None:
            self._recorder.record_episode(self._counts, finished_episode.row())
        if self._actor_steps % self._config.evaluation.period == 0:
            self._evaluate()
        if self._checkpoints.is_due(self._actor_steps):
            self._checkpoint()
        self._display.update(self._status)
        self._tell_duration()

    def _learn(self) -> None:
        has_learned = False
        while self._learner_loop.step():
            has_learned = True
        if has_learned:
            for loop in self._loops:
                loop.actor.update()
            self._learning_since = self._learning_since or time.monotonic()

    def _evaluate(self) -> None:
        walltime = self._recorder.walltime
        evaluation = self._evaluator.evaluate(self.evaluated_policy, self._actor_steps)
        self._recorder.record_evaluation(self._counts, evaluation, walltime)
        self._checkpoint_is_current = False

    def _checkpoint(self) -> None:
        self._checkpoint_is_current = self._checkpoints.write(self._actor_steps, self.save)

    def _tell_duration(self) -> None:
        if self._told_duration or time.monotonic() - (self._learning_since or math.inf) < SECONDS_TIMED:
            return
        seconds = self._display.seconds_left(self._status)
        if seconds is not None:
            self._told_duration = True
            self._display.message(f"At the present speed, the training takes another {format_duration(seconds)}.")

    @property
    def _actor_steps(self) -> int:
        return sum(loop.actor_steps for loop in self._loops)

    @property
    def _counts(self) -> Counts:
        return Counts(self._actor_steps, self._learner.learner_steps)

    @property
    def _status(self) -> Status:
        return Status(
            actor_steps=self._actor_steps,
            max_actor_steps=self._config.max_actor_steps,
            learner_steps=self._learner.learner_steps,
            training_return=self._recorder.training_return,
            evaluation_return=self._evaluator.last_mean,
            seconds_allowed=self._recorder.seconds_allowed,
        )

"""Records a run: the rows of its streams, its videos and its results."""

import contextlib
import functools
import math
import time
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from walker_rl.errors import reason_of
from walker_rl.evaluation import Evaluation
from walker_rl.experiments.config import ExperimentConfig
from walker_rl.experiments.run.directory import RunDirectory
from walker_rl.experiments.run.limits import limit_reached, seconds_allowed
from walker_rl.experiments.run.metrics import recorded_evaluations
from walker_rl.experiments.run.onlooker import Onlooker
from walker_rl.experiments.run.trackers import make_trackers
from walker_rl.field_values import to_record
from walker_rl.logging.run_logger import RunLogger, check_rows
from walker_rl.terminal.display import Display
from walker_rl.types import Metrics, State


class Counts(NamedTuple):
    """Step counts of a run."""

    actor_steps: int
    learner_steps: int


class _Saved(NamedTuple):
    """A saved state, with `streams` as `RunLogger.save` returns it."""

    streams: dict[str, int]
    training_return: float | None
    walltime: float


class Recorder:
    """Writes rows of metrics; walltimes are in a separate stream, so that the others of two equal runs are equal.

    Methods that write raise an `OSError` if the disk is full; the row is then written with the next.

    Attributes:
        training_return: return of the last complete training episode; None before the first.
    """

    def __init__(self, config: ExperimentConfig, run: RunDirectory, display: Display):
        """Records in `run`, which is unchanged before the first row, save or resume, and warns on `display`."""
        self._config = config
        self._run = run
        self._display = display
        self._resources = contextlib.ExitStack()
        self._onlooker = Onlooker(config, run, display)
        self.training_return: float | None = None
        self._best_return = -math.inf
        self._walltime_before = 0.0
        self._started: float | None = time.monotonic()

    @property
    def walltime(self) -> float:
        """Seconds of training, those before a resume included, without pauses."""
        now = time.monotonic()
        return self._walltime_before + now - (now if self._started is None else self._started)

    @property
    def seconds_allowed(self) -> float | None:
        """Seconds of training until the time limit; None without one."""
        return seconds_allowed(self._config, self.walltime)

    def limit_reached(self, actor_steps: int) -> str | None:
        """Returns the limit that the run has reached after `actor_steps`, one of `LIMITS`, or None."""
        return limit_reached(self._config, actor_steps, self.walltime, self._best_return)

    def record_episode(self, counts: Counts, row: Metrics) -> None:
        """Records a training episode, a row of `EpisodeStatistics`."""
        self.training_return = row["episode_return"]
        self._logger.write("training", {**counts._asdict(), **row})

    def record_update(self, counts: Counts, metrics: Metrics) -> None:
        """Records an update."""
        self._logger.write("learner", {**counts._asdict(), **metrics})

    def record_evaluation(self, counts: Counts, evaluation: Evaluation, walltime: float) -> None:
        """Records an evaluation of the policy after `walltime` seconds, and the first video; updates the onlooker."""
        is_first = self._best_return == -math.inf
        self._best_return = max(self._best_return, evaluation.mean_return)
        row = {**counts._asdict(), "mean_return": evaluation.mean_return, "stddev_return": evaluation.stddev_return}
        returns = {f"episode_return_{index}": value for index, value in enumerate(evaluation.episode_returns)}
        with contextlib.ExitStack() as writes:  # In reverse order, each even if another fails.
            if is_first:
                writes.callback(self._video, self._run.first_video, counts.actor_steps)
            writes.callback(self._logger.write, "timing", {**counts._asdict(), "walltime": round(walltime, 2)})
            writes.callback(self._logger.write, "conduct", {**counts._asdict(), **evaluation.conduct})
            writes.callback(self._logger.write, "evaluation", {**row, **returns})
        self._onlooker.look()

    def finish(self, final_returns: Mapping[str, float], actor_steps: int) -> None:
        """Sends the results to the trackers: mean returns by policy name, and the best policy's video."""
        self._video(self._run.best_video, actor_steps)
        results = {f"{name}_mean_return": final_return for name, final_return in final_returns.items()}
        self._logger.finish(results, self._run.best_policy.parent, actor_steps)

    def save(self) -> State:
        """Returns the positions in the streams, and the values on which later rows depend."""
        return {
            "streams": self._logger.save(),
            "training_return": self.training_return,
            "walltime": self.walltime,
        }

    def restore(self, state: State, actor_steps: int) -> None:
        """Continues from what `save` returned at `actor_steps`, and drops the rows written since.

        Raises:
            UserError: if a file has lost rows written before; nothing is dropped.
            ValueError: if the state is invalid; nothing is dropped.
        """
        saved = to_record(state, _Saved)
        check_rows(self._run.metrics, saved.streams)
        self._logger.restore(saved.streams, actor_steps)
        self.training_return = saved.training_return
        self._count_from(saved.walltime)
        self._read_best_return()
        self._onlooker.look()

    def resume(self, walltime: float) -> None:
        """Continues after `walltime` seconds of training; keeps all whole rows."""
        self._count_from(walltime)
        self._read_best_return()
        self._logger.open()

    def pause(self) -> None:
        """Counts no time until `end_pause`, not even after a resume."""
        self._walltime_before, self._started = self.walltime, None

    def end_pause(self) -> None:
        """Ends a pause."""
        if self._started is None:
            self._started = time.monotonic()

    def close(self) -> None:
        """Closes the streams."""
        self._resources.close()

    @functools.cached_property
    def _logger(self) -> RunLogger:
        message = self._display.message
        logger = RunLogger(self._run.metrics, make_trackers(self._config, self._run, message), message)
        return self._resources.enter_context(contextlib.closing(logger))

    def _count_from(self, walltime: float) -> None:
        """Sets the time of training; a pause continues."""
        self._walltime_before = walltime
        if self._started is not None:
            self._started = time.monotonic()

    def _read_best_return(self) -> None:
        recorded = [one.mean_return for one in recorded_evaluations(self._run.metrics)]
        self._best_return = max(recorded, default=-math.inf)

    def _video(self, gif: Path, actor_steps: int) -> None:
        """Sends a video, if it exists, to the trackers; a full disk causes a warning."""
        try:
            if gif.exists():
                self._logger.write_video(gif, actor_steps)
        except OSError as error:
            self._display.message(f"warning: {gif}: not sent to the trackers ({reason_of(error)})")

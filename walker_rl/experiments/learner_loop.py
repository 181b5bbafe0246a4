"""The learner's loop: makes the updates that are due, checks that numbers are finite, and records metrics."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from walker_rl.errors import RunError
from walker_rl.experiments.parts import LearnerSide
from walker_rl.types import Metrics, State


class LearnerLoop:
    """Makes one update at a time, as long as any is due."""

    def __init__(self, side: LearnerSide, log_period: int, record: Callable[[Metrics], None]):
        """Records an update's metrics with `record` every `log_period` learner steps."""
        self._side = side
        self._log_period = log_period
        self._record = record

    def step(self) -> bool:
        """Makes the next update, if one is due; returns True if it did.

        Raises:
            RunError: if a metric is not finite.
        """
        learner = self._side.learner
        before = learner.learner_steps
        if not self._side.builder.steps_due(self._side.replay, before):
            return False
        metrics = {name: float(value) for name, value in learner.step().items()}
        for name, value in metrics.items():
            if not math.isfinite(value):
                raise RunError(f"{name} is {value} at learner step {learner.learner_steps}")
        if learner.learner_steps // self._log_period > before // self._log_period:
            self._record(metrics)
        return True

    def save(self) -> State:
        """Returns the states of the learner and the replay.

        Raises:
            RunError: if a weight is not finite.
        """
        learner = self._side.learner.save()
        if not _is_finite(learner):
            raise RunError(f"a weight is not finite at learner step {self._side.learner.learner_steps}")
        return {"learner": learner, "replay": self._side.replay.save()}

    def restore(self, state: State) -> None:
        """Continues from what `save` returned."""
        self._side.learner.restore(state["learner"])
        self._side.replay.restore(state["replay"])


def _is_finite(state: Any) -> bool:
    """True if all arrays and numbers of a state are finite."""
    if isinstance(state, dict):
        return all(map(_is_finite, state.values()))
    return not isinstance(state, (float, np.floating, np.ndarray)) or bool(np.isfinite(state).all())

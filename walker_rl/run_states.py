"""The progress of a run and of a sweep."""

import dataclasses
import enum
import math
from collections.abc import Sequence


@dataclasses.dataclass(frozen=True)
class Status:
    """Progress of a run.

    Attributes:
        actor_steps: environment steps of all actors together.
        max_actor_steps: steps at which the run ends.
        learner_steps: updates so far.
        training_return: return of the last complete episode; None before the first.
        evaluation_return: mean return of the last evaluation; None before the first.
        seconds_allowed: training time left until the time limit; None without one.
    """

    actor_steps: int
    max_actor_steps: int
    learner_steps: int
    training_return: float | None
    evaluation_return: float | None
    seconds_allowed: float | None = dataclasses.field(default=None, kw_only=True)

    @property
    def shown_steps(self) -> int:
        """Environment steps, at most `max_actor_steps`, which actors of a launched run may exceed."""
        return min(self.actor_steps, self.max_actor_steps)


class RunState(enum.Enum):
    """State of a run of a sweep, or of a trial of a search."""

    RUNNING = "running"
    STOPPED = "stopped"
    WAITING = "waiting"
    COMPLETE = "complete"
    FAILED = "failed"
    PRUNED = "pruned"


@dataclasses.dataclass(frozen=True)
class Row:
    """Progress of one run.

    Attributes:
        name: name of the run.
        kind: agent and task; runs of one kind are assumed to be equally fast.
        state: state of the run.
        actor_steps: environment steps so far.
        max_actor_steps: environment steps at the end.
        steps_per_second: recent speed; 0 while unknown.
        evaluation_return: mean return of the last evaluation; None before the first.
        seconds_allowed: training time left until the time limit; None without one.
    """

    name: str
    kind: str
    state: RunState
    actor_steps: int
    max_actor_steps: int
    steps_per_second: float
    evaluation_return: float | None
    seconds_allowed: float | None = dataclasses.field(default=None, kw_only=True)

    @property
    def seconds_left(self) -> float | None:
        """Time to its end; None while unknown, and unless a process trains it."""
        is_known = self.state is RunState.RUNNING and self.steps_per_second
        return seconds_to_end(self, self.steps_per_second) if is_known else None


@dataclasses.dataclass(frozen=True)
class Overview:
    """Progress of a sweep; `seconds_left` is None while unknown."""

    rows: Sequence[Row]
    seconds_left: float | None


def seconds_to_end(training: Status | Row, steps_per_second: float) -> float:
    """Returns the time to the end of a training at a speed, or to its time limit if that is earlier.

    Before the last step it is infinite at a speed of 0, unless there is a time limit.
    """
    steps_left = max(0, training.max_actor_steps - training.actor_steps)
    seconds = 0.0
    if steps_left:
        seconds = steps_left / steps_per_second if steps_per_second else math.inf
    if training.seconds_allowed is not None:
        seconds = min(seconds, max(0.0, training.seconds_allowed))
    return seconds

"""Hyperparameters that are constant, or change linearly during training.

Imports nothing beyond the standard library, so that `--help` is instant.
"""

from typing import NamedTuple


class Linear(NamedTuple):
    """A value that changes linearly between two environment steps, and is constant before and after them.

    The steps are absolute, so a lengthened run has the same values up to where it stopped.

    Attributes:
        first: value up to step `begin`.
        last: value from step `end` on.
        begin: environment steps of all actors together at which the change begins.
        end: environment steps at which it ends; greater than `begin`.
    """

    first: float
    last: float
    begin: int
    end: int

    def at(self, actor_steps: float) -> float:
        """The value after `actor_steps` environment steps."""
        progress = (actor_steps - self.begin) / (self.end - self.begin)
        return self.first + (self.last - self.first) * min(max(progress, 0.0), 1.0)


Schedule = float | Linear
"""A constant, or a value that changes linearly."""


def value_at(schedule: Schedule, actor_steps: float) -> float:
    """A schedule's value after `actor_steps` environment steps."""
    return schedule.at(actor_steps) if isinstance(schedule, Linear) else schedule

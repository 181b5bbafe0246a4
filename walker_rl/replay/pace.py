"""The rate of updates per inserted transition."""

import math
from typing import Any, NamedTuple


class Pace(NamedTuple):
    """A rate of updates per transition.

    Attributes:
        samples_per_insert: transitions to sample for each one inserted after the first `num_before_updates`.
        batch_size: transitions sampled by one update.
        num_before_updates: transitions inserted before the first update, those of a prior included.
    """

    samples_per_insert: float
    batch_size: int
    num_before_updates: int

    def updates_due(self, num_inserted: int, learner_steps: int) -> int:
        """Number of updates due after `num_inserted` transitions and `learner_steps` updates.

        Fractions carry over, since the sum is rounded, not its parts.
        """
        owed = math.floor((num_inserted - self.num_before_updates) * self.samples_per_insert / self.batch_size)
        return max(0, owed - learner_steps)

    def steps_at_update(self, learner_steps: Any) -> Any:
        """Transitions inserted when the update after `learner_steps` others becomes due; a number or a tensor."""
        return self.num_before_updates + (learner_steps + 1) * (self.batch_size / self.samples_per_insert)

"""Flow control in one process: the number of updates that are due after each step."""

import math
from typing import Any, NamedTuple


class Pace(NamedTuple):
    """A rate of updates per transition.

    Attributes:
        samples_per_insert: transitions to sample for each one inserted after the first `min_replay_size`.
        batch_size: transitions sampled by one update.
        min_replay_size: transitions inserted before the first update.
    """

    samples_per_insert: float
    batch_size: int
    min_replay_size: int

    def updates_due(self, num_inserted: int, learner_steps: int) -> int:
        """Number of updates due after `num_inserted` transitions and `learner_steps` updates.

        Fractions carry over, since the sum is rounded, not its parts.
        """
        owed = math.floor((num_inserted - self.min_replay_size) * self.samples_per_insert / self.batch_size)
        return max(0, owed - learner_steps)

    def steps_at_update(self, learner_steps: Any) -> Any:
        """Transitions inserted when the update after `learner_steps` others becomes due; a number or a tensor."""
        return self.min_replay_size + (learner_steps + 1) * (self.batch_size / self.samples_per_insert)

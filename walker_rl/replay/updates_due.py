"""How many updates a learner owes after which steps; the whole of flow control in one process."""

import math
from typing import Any


def updates_due(
    num_inserted: int, learner_steps: int, *, samples_per_insert: float, batch_size: int, min_replay_size: int
) -> int:
    """Updates owed now; fractions carry over, as the sum is rounded and not its parts.

    Args:
        num_inserted: transitions ever inserted.
        learner_steps: updates ever done.
        samples_per_insert: transitions to sample for each inserted after the first `min_replay_size`.
        batch_size: transitions sampled by one update.
        min_replay_size: transitions inserted before the first update.
    """
    owed = math.floor((num_inserted - min_replay_size) * samples_per_insert / batch_size)
    return max(0, owed - learner_steps)


def steps_at_update(learner_steps: Any, *, samples_per_insert: float, batch_size: int, min_replay_size: int) -> Any:
    """Transitions inserted when the update after `learner_steps` others became due: the inverse of `updates_due`.

    Args:
        learner_steps: updates ever done, a number or a tensor.
        samples_per_insert: as in `updates_due`.
        batch_size: as in `updates_due`.
        min_replay_size: as in `updates_due`.
    """
    return min_replay_size + (learner_steps + 1) * (batch_size / samples_per_insert)

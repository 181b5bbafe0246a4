"""The final evaluation of a policy, from a run's summary or from stored tables."""

from __future__ import annotations

import dataclasses
import math

from walker_rl.analysis.tables import Row
from walker_rl.environments import find_listed_task
from walker_rl.experiments.run.summary import FinalReturns


@dataclasses.dataclass(frozen=True)
class FinalEvaluation:
    """Returns and falls of a policy in the final evaluation.

    Attributes:
        mean_return: mean over the episodes.
        stddev_return: standard deviation over the episodes; None if unknown.
        falls: share of episodes that terminated; None if unknown.

    Raises:
        ValueError: if a number is not finite.
    """

    mean_return: float
    stddev_return: float | None = None
    falls: float | None = None

    def __post_init__(self) -> None:
        """Checks the numbers."""
        if not all(math.isfinite(value) for value in dataclasses.astuple(self) if value is not None):
            raise ValueError("a final evaluation has no episode or a number that is not finite")

    @classmethod
    def from_returns(cls, returns: FinalReturns, task: str) -> FinalEvaluation:
        """Converts an entry of summary.json.

        Raises:
            ValueError: if it has no episode, or a number that is not finite.
        """
        falls = returns.episode_falls
        if falls is None:  # Older versions, which wrote no falls, had listed tasks alone.
            falls = tuple(length < find_listed_task(task).max_episode_steps for length in returns.episode_lengths)
        return cls(returns.mean_return, returns.stddev_return, sum(falls) / len(falls) if falls else math.nan)

    @classmethod
    def from_row(cls, row: Row, policy: str) -> FinalEvaluation | None:
        """Reads the columns `POLICY_return`, `POLICY_stddev` and `POLICY_falls`; older tables have only the first.

        Raises:
            KeyError: if even the first is missing.
            ValueError: if a number is not finite.
        """
        if not row[f"{policy}_return"]:
            return None
        others = (row.get(f"{policy}_{name}") for name in ("stddev", "falls"))
        return cls(float(row[f"{policy}_return"]), *(float(value) if value else None for value in others))


def to_row(evaluation: FinalEvaluation | None, policy: str) -> Row:
    """Returns the columns that `FinalEvaluation.from_row` reads."""
    values = dataclasses.astuple(evaluation) if evaluation else (None, None, None)
    return dict(zip((f"{policy}_return", f"{policy}_stddev", f"{policy}_falls"), values, strict=True))

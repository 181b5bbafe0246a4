"""The score of a trial."""

from collections.abc import Sequence

LAST_SHARE = 0.25


def score(actor_steps: Sequence[int], returns: Sequence[float]) -> float:
    """Mean of the evaluations in the last quarter of the steps so far, so that one lucky evaluation is not enough.

    Both sequences are `[E]`, in the order of the evaluations, with E at least 1.
    """
    start = actor_steps[-1] * (1 - LAST_SHARE)
    last = [value for steps, value in zip(actor_steps, returns, strict=True) if steps > start]
    return sum(last) / len(last)

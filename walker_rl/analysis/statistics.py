"""What many runs of an agent have in common, and how sure that is (Agarwal et al. 2021, arXiv:2108.13264)."""

import dataclasses
from collections.abc import Callable, Sequence

import numpy as np
import scipy.stats

NUM_RESAMPLES = 2_000
CONFIDENCE = 0.95

STATISTIC = "IQM"
"""The interquartile mean in the column `series` of tables, where seeds have the name of their run."""


@dataclasses.dataclass(frozen=True)
class Estimate:
    """A statistic of some seeds.

    Attributes:
        value: of all of them, `[...]`.
        low: lower end of its interval, `[...]`; None where one seed alone says nothing of the spread.
        high: upper end, the same.
    """

    value: np.ndarray
    low: np.ndarray | None
    high: np.ndarray | None

    def interval(self, index: int | tuple[()] = ()) -> dict[str, float | None]:
        """The columns `low` and `high` of a table's row, for the value at `index`."""
        ends = {"low": self.low, "high": self.high}
        return {name: None if end is None else float(end[index]) for name, end in ends.items()}


Statistic = Callable[..., np.ndarray]
"""Maps one or more arrays of seeds, `[..., S]` each, to `[...]`, or to `[..., T]`."""


def interquartile_mean(values: np.ndarray) -> np.ndarray:
    """Mean of what remains of `[..., S]` after the lowest and the highest quarter, each rounded down, are left out."""
    return np.asarray(scipy.stats.trim_mean(values, 0.25, axis=-1))


def performance_profile(values: np.ndarray, thresholds: np.ndarray) -> np.ndarray:
    """Share of seeds `[..., S]` above each threshold `[T]`, `[..., T]`."""
    return np.asarray((values[..., np.newaxis, :] > thresholds[:, np.newaxis]).mean(axis=-1))


def probability_of_improvement(better: np.ndarray, worse: np.ndarray) -> np.ndarray:
    """How often a seed of `[..., S]` is above one of `[..., S']`, ties counted half: Mann and Whitney's U, scaled."""
    difference = better[..., :, np.newaxis] - worse[..., np.newaxis, :]
    return np.asarray((np.sign(difference) / 2 + 0.5).mean(axis=(-2, -1)))


def estimate(samples: Sequence[np.ndarray], statistic: Statistic = interquartile_mean, seed: int = 0) -> Estimate:
    """A statistic of all strata `[..., S]`, with its percentile bootstrap interval.

    Seeds are drawn again within each stratum by itself.
    """
    value = np.asarray(statistic(*samples))
    if min(sample.shape[-1] for sample in samples) < 2:
        return Estimate(value, None, None)
    random = np.random.default_rng(seed)
    drawn = []
    for sample in samples:
        chosen = random.integers(sample.shape[-1], size=(NUM_RESAMPLES, sample.shape[-1]))
        drawn.append(np.moveaxis(sample[..., chosen], -2, 0))
    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(statistic(*drawn), [tail, 1 - tail], axis=0)
    return Estimate(value, low, high)


@dataclasses.dataclass(frozen=True)
class Reached:
    """When the seeds of a group reached a return.

    Attributes:
        costs: steps or seconds of each seed, `[S]`; infinite for those that never did.
        median: of them; infinite if half or more never did.
    """

    costs: np.ndarray
    median: float


def when_reached(costs: Sequence[np.ndarray], returns: Sequence[np.ndarray], threshold: float) -> Reached:
    """The cost, in steps or seconds, of each seed's first evaluation at or above a threshold.

    `costs` and `returns` are those of each seed's evaluations, `[E]` each.
    """
    first = np.array(
        [
            cost[np.argmax(values >= threshold)] if (values >= threshold).any() else np.inf
            for cost, values in zip(costs, returns, strict=True)
        ]
    )
    known = first[~np.isnan(first)]
    return Reached(first, float(np.median(known)) if len(known) else np.nan)


@dataclasses.dataclass(frozen=True)
class Stability:
    """How much a seed's evaluations vary.

    Attributes:
        spread: median absolute difference of consecutive evaluations, in units of the return.
        share_collapsed: of evaluations that lie below the best before them by more than half of its size.
    """

    spread: float
    share_collapsed: float


def stability(returns: np.ndarray) -> Stability:
    """Of one seed's evaluations `[E]`, in order; of fewer than two neither is known (nan)."""
    if len(returns) < 2:
        return Stability(np.nan, np.nan)
    return Stability(float(np.median(np.abs(np.diff(returns)))), float(np.mean(collapsed(returns))))


def collapsed(returns: np.ndarray) -> np.ndarray:
    """Which evaluations after the first, `[E - 1]`, lie below the best before them by more than half of its size."""
    best_before = np.maximum.accumulate(returns)[:-1]
    return np.asarray(returns[1:] < best_before - np.abs(best_before) / 2)

"""Statistics over many runs of an agent, and their confidence intervals (Agarwal et al. 2021, arXiv:2108.13264)."""

import dataclasses
from collections.abc import Callable, Iterable, Sequence

import numpy as np
import scipy.stats

from walker_rl.analysis.statistic_names import STATISTIC

NUM_RESAMPLES, RESAMPLING_SEED = 2_000, 0
CONFIDENCE = 0.95

POINTS_AT_ONCE = 16
"""Points of a curve that are resampled together; all at once would take gigabytes of memory."""

MAX_SPANNED_SEEDS = 4
"""Most seeds with which the IQM's interval reaches from the lowest seed to the highest.

Each of them is then the IQM of over 2.5 % of the resamples.
"""


def interval_name(num_seeds: Iterable[int], statistic: str = STATISTIC) -> str:
    """Returns the name of a statistic's intervals for groups with these numbers of seeds; "" if each has one seed.

    The interval of a statistic other than the IQM does not have the seeds' values at its ends.
    """
    spans = {statistic == STATISTIC and number <= MAX_SPANNED_SEEDS for number in num_seeds if number > 1}
    if len(spans) == 2:
        return f"95 % interval (lowest to highest with 2 to {MAX_SPANNED_SEEDS} runs)"
    return "" if not spans else "interval from lowest to highest" if spans == {True} else "95 % interval"


@dataclasses.dataclass(frozen=True)
class Estimate:
    """A statistic of some seeds.

    Attributes:
        value: the statistic of all seeds, `[...]`.
        low: lower end of its interval, `[...]`; None for a single seed, which has no spread.
        high: upper end of its interval, likewise.
    """

    value: np.ndarray
    low: np.ndarray | None
    high: np.ndarray | None

    def interval(self, index: int | tuple[()] = ()) -> dict[str, float | None]:
        """Returns the columns `low` and `high` of a table's row, for the value at `index`."""
        ends = {"low": self.low, "high": self.high}
        return {name: None if end is None else float(end[index]) for name, end in ends.items()}


Statistic = Callable[..., np.ndarray]
"""Maps one or more arrays of seeds, `[..., S]` each, to `[...]`, or to `[..., T]`."""


def interquartile_mean(values: np.ndarray) -> np.ndarray:
    """Mean of `[..., S]` without the lowest and the highest quarter, each rounded down."""
    return np.asarray(scipy.stats.trim_mean(values, 0.25, axis=-1))


def performance_profile(values: np.ndarray, thresholds: np.ndarray) -> np.ndarray:
    """Share of seeds `[..., S]` above each threshold `[T]`, `[..., T]`."""
    return np.asarray((values[..., np.newaxis, :] > thresholds[:, np.newaxis]).mean(axis=-1))


def probability_of_improvement(better: np.ndarray, worse: np.ndarray) -> np.ndarray:
    """Probability that a seed of `[..., S]` is above one of `[..., S']`, ties counted half: scaled Mann-Whitney U."""
    difference = better[..., :, np.newaxis] - worse[..., np.newaxis, :]
    return np.asarray((np.sign(difference) / 2 + 0.5).mean(axis=(-2, -1)))


def estimate(samples: Sequence[np.ndarray], statistic: Statistic = interquartile_mean) -> Estimate:
    """Computes a statistic of all strata `[..., S]`, with its percentile bootstrap interval.

    Seeds are resampled within each stratum.
    """
    value = np.asarray(statistic(*samples))
    if min(sample.shape[-1] for sample in samples) < 2:
        return Estimate(value, None, None)
    random = np.random.default_rng(RESAMPLING_SEED)
    sizes = [sample.shape[-1] for sample in samples]
    chosen = [random.integers(size, size=(NUM_RESAMPLES, size)) for size in sizes]
    if samples[0].ndim == 1:
        return Estimate(value, *_interval(samples, chosen, statistic))
    starts = range(0, len(samples[0]), POINTS_AT_ONCE)
    blocks = [[sample[start : start + POINTS_AT_ONCE] for sample in samples] for start in starts]
    return Estimate(value, *np.concatenate([_interval(block, chosen, statistic) for block in blocks], axis=1))


def _interval(samples: Sequence[np.ndarray], chosen: Sequence[np.ndarray], statistic: Statistic) -> np.ndarray:
    """Returns the lower and the upper end of the interval, `[2, ...]`, with the seeds `chosen` in each resample."""
    drawn = [np.moveaxis(sample[..., seeds], -2, 0) for sample, seeds in zip(samples, chosen, strict=True)]
    tail = (1 - CONFIDENCE) / 2
    return np.asarray(np.quantile(statistic(*drawn), [tail, 1 - tail], axis=0))


@dataclasses.dataclass(frozen=True)
class Reached:
    """Times at which the seeds of a group reached a return.

    Attributes:
        costs: steps or seconds of each seed, `[S]`; infinite for those that never did, nan where not recorded.
        median: median of the costs; infinite if half or more never did, nan if one is not recorded, or if a run without
            the return is shorter or of unknown length, since that seed might have reached it before.
    """

    costs: np.ndarray
    median: float


def when_reached(costs: Sequence[np.ndarray], returns: Sequence[np.ndarray], threshold: float) -> Reached:
    """Finds the cost, in steps or seconds, of each seed's first evaluation at or above a threshold.

    `costs` and `returns` are those of each seed's evaluations, `[E]` each.
    """
    first = np.array(
        [
            cost[np.argmax(values >= threshold)] if (values >= threshold).any() else np.inf
            for cost, values in zip(costs, returns, strict=True)
        ]
    )
    median = float(np.median(first))
    ends = np.array([cost[-1] for cost in costs])
    is_open = np.isfinite(median) and not (ends[np.isinf(first)] >= median).all()  # An end may be nan.
    return Reached(first, np.nan if is_open else median)


@dataclasses.dataclass(frozen=True)
class Stability:
    """Variation of a seed's evaluations.

    Attributes:
        spread: median absolute difference of consecutive evaluations, in units of the return.
        share_collapsed: share of evaluations below half of the best before them, where that is positive; nan if it
            never is.
    """

    spread: float
    share_collapsed: float


def stability(returns: np.ndarray) -> Stability:
    """Computes the stability of one seed's evaluations `[E]`, in order; nan for fewer than two."""
    if len(returns) < 2:
        return Stability(np.nan, np.nan)
    return Stability(float(np.median(np.abs(np.diff(returns)))), known_mean(collapsed(returns)))


def collapsed(returns: np.ndarray) -> np.ndarray:
    """Marks evaluations after the first, `[E - 1]`, below half of the best before by 1; nan if that is not positive."""
    best_before = np.maximum.accumulate(returns)[:-1]
    return np.where(best_before > 0, returns[1:] < best_before / 2, np.nan)


def known_mean(values: np.ndarray) -> float:
    """Mean of the values that are finite; nan if none is."""
    known = values[np.isfinite(values)]
    return float(np.mean(known)) if len(known) else np.nan

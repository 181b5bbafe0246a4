"""A comparison in words: a table of groups."""

import dataclasses
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from walker_rl.analysis.compared_run import ComparedRun, by_task, complete_runs, lengths
from walker_rl.analysis.comparison.caveats import caveats
from walker_rl.analysis.final_evaluation import FinalEvaluation
from walker_rl.analysis.statistics import estimate, known_mean, stability
from walker_rl.printable import form_of_return

HEADER = ("group", "runs", "steps", "last policy", "its falls", "best policy", "its falls", "change", "collapsed")


class Interval(NamedTuple):
    """An interquartile mean over seeds, and its 95 % interval, None for a single seed."""

    value: float
    low: float | None
    high: float | None


@dataclasses.dataclass(frozen=True)
class GroupSummary:
    """A group's final evaluations and stability; None where no run has the quantity.

    Attributes:
        group: name of the group.
        num_runs: number of runs in the group.
        num_complete: number of these that have a final evaluation.
        min_steps: environment steps at the last evaluation of the shortest run.
        max_steps: environment steps at the last evaluation of the longest run.
        last_return: return of the last policy in the final evaluation.
        last_falls: share of these episodes that ended in a fall, a mean over the seeds; None if a seed has no count.
        best_return: return of the best policy in the final evaluation.
        best_falls: share of these episodes that ended in a fall, a mean over the seeds; None if a seed has no count.
        change: median absolute change between consecutive evaluations.
        collapsed: share of evaluations below half of the best before, where that is positive, a mean over the seeds.
    """

    group: str
    num_runs: int
    num_complete: int
    min_steps: float
    max_steps: float
    last_return: Interval | None
    last_falls: float | None
    best_return: Interval | None
    best_falls: float | None
    change: Interval | None
    collapsed: float | None

    @property
    def cells(self) -> tuple[str, ...]:
        """Cells of the columns of `HEADER`."""
        first, last = self.min_steps, self.max_steps
        return (
            self.group,
            f"{self.num_runs}{f' ({self.num_complete} complete)' if 0 < self.num_complete < self.num_runs else ''}",
            f"{first:,.0f}" if first == last else f"{first:,.0f} to {last:,.0f}",
            in_words(self.last_return),
            as_share(self.last_falls, 1),
            in_words(self.best_return),
            as_share(self.best_falls, 1),
            in_words(self.change),
            as_share(self.collapsed, 0),
        )


@dataclasses.dataclass(frozen=True)
class TaskSummary:
    """One task: its groups, and caveats as `notes`."""

    task: str
    groups: Sequence[GroupSummary]
    notes: Sequence[str]

    @property
    def rows(self) -> list[tuple[str, ...]]:
        """Cells of each group."""
        return [group.cells for group in self.groups]


def summarize(runs: Sequence[ComparedRun]) -> list[TaskSummary]:
    """Summarizes the runs of each task."""
    return [
        TaskSummary(task, [_summarize_group(*group) for group in groups.items()], list(caveats(groups)))
        for task, groups in by_task(runs).items()
    ]


def _summarize_group(group: str, runs: Sequence[ComparedRun]) -> GroupSummary:
    variation = [stability(run.returns) for run in runs]
    last, best = [run.last for run in runs], [run.best for run in runs]
    min_steps, max_steps = lengths(runs)
    return GroupSummary(
        group=group,
        num_runs=len(runs),
        num_complete=len(complete_runs(runs)),
        min_steps=min_steps,
        max_steps=max_steps,
        last_return=interval_of([one.mean_return for one in last if one is not None]),
        last_falls=_mean_falls(last),
        best_return=interval_of([one.mean_return for one in best if one is not None]),
        best_falls=_mean_falls(best),
        change=interval_of([one.spread for one in variation]),
        collapsed=mean_of([one.share_collapsed for one in variation]),
    )


def _mean_falls(evaluations: Sequence[FinalEvaluation | None]) -> float | None:
    """The seeds' mean share of falls; None if a final evaluation has no count, so the mean would omit a seed."""
    shares = [one.falls for one in evaluations if one is not None]
    return None if None in shares else mean_of(shares)


def mean_of(shares: Sequence[float | None]) -> float | None:
    """The seeds' mean, without None and nan; their interquartile mean would omit a few that fall or collapse."""
    mean = known_mean(np.array(shares, np.float64))
    return None if np.isnan(mean) else mean


def interval_of(values: Sequence[float | None]) -> Interval | None:
    """The seeds' interquartile mean and its interval, without None and nan."""
    known = np.array([value for value in values if value is not None and np.isfinite(value)])
    if not len(known):
        return None
    result = estimate([known])
    return Interval(float(result.value), **result.interval())


def in_words(interval: Interval | None, form: str | None = None) -> str:
    """Writes the numbers in a form that `format` takes, by default a return's: "250 [240, 260]"; "-" for None."""
    if interval is None:
        return "-"
    sizes = [(one, max(abs(one), abs(interval.value))) for one in interval if one is not None]
    value, *ends = [f"{one:{form or form_of_return(size)}}" for one, size in sizes]
    return value + (f" [{', '.join(ends)}]" if ends else "")


def as_share(share: float | None, num_decimals: int) -> str:
    """Writes a share as a percentage; "-" for None."""
    return "-" if share is None else f"{share:.{num_decimals}%}"

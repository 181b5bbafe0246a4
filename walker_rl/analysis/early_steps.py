"""Compares the steadiness of runs in their first environment steps with the rest."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from walker_rl.analysis.compared_run import ComparedRun, Groups
from walker_rl.analysis.comparison.summary import as_share, in_words, interval_of, mean_of
from walker_rl.analysis.statistics import collapsed, known_mean

PHASES = ("first", "rest")


class Phase(NamedTuple):
    """Variation of a run between consecutive evaluations, in one phase.

    Attributes:
        change: median absolute difference of consecutive evaluations, relative to the best so far.
        share_collapsed: share of evaluations below half of the best before them.
        loss_change: median absolute difference of the critic's mean loss between consecutive evaluations, relative to
            the earlier; nan where the learner logged none.
    """

    change: float
    share_collapsed: float
    loss_change: float


def phases(run: ComparedRun, until: float) -> dict[str, Phase]:
    """Computes the variation up to `until` environment steps, and after; nan where there are no evaluations.

    Changes are relative to the best evaluation since the run began, and belong to the phase in which they end.
    Evaluations whose best is not positive are left out: a share of it means nothing.
    """
    best = np.maximum.accumulate(run.returns)[1:]
    changes = np.abs(np.diff(run.returns)) / np.where(best > 0, best, np.nan)
    loss_changes = np.abs(np.diff(run.critic_losses)) / run.critic_losses[:-1]
    has_collapsed = collapsed(run.returns)
    is_first = run.actor_steps[1:] <= until
    return {
        phase: Phase(_median(changes[chosen]), known_mean(has_collapsed[chosen]), _median(loss_changes[chosen]))
        for phase, chosen in zip(PHASES, (is_first, ~is_first), strict=True)
    }


def describe(groups: Groups, until: float) -> Iterator[str]:
    """Yields the lines of one task's table.

    Changes are interquartile means over each group's seeds, with 95 % intervals. Shares are means.
    """
    width = max(len(name) for name in ("group", *groups))
    header = ("change / best so far", "collapsed", "change of critic's loss")
    yield f"{'group'.ljust(width)}  phase  " + "  ".join(name.ljust(24) for name in header).rstrip()
    for group, runs in groups.items():
        of_runs = [phases(run, until) for run in runs]
        for phase in PHASES:
            changes, shares, losses = zip(*(of_run[phase] for of_run in of_runs), strict=True)
            change, loss_change = (in_words(interval_of(values), ".0%") for values in (changes, losses))
            cells = (change, as_share(mean_of(shares), 0), loss_change)
            yield f"{group.ljust(width)}  {phase.ljust(5)}  " + "  ".join(cell.ljust(24) for cell in cells).rstrip()


def _median(values: np.ndarray) -> float:
    known = values[np.isfinite(values)]
    return float(np.median(known)) if len(known) else np.nan

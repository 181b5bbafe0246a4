"""Whether runs are less steady in their first environment steps than in the rest."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from walker_rl.analysis.comparison.summary import estimated
from walker_rl.analysis.runs import Groups, Run
from walker_rl.analysis.statistics import collapsed

PHASES = ("first", "rest")


class Phase(NamedTuple):
    """How much a run varies from one evaluation to the next, in a part of it.

    Attributes:
        change: median absolute difference of consecutive evaluations, relative to the best so far.
        share_collapsed: of evaluations that lie below the best before them by more than half of its size.
        loss_change: median absolute difference of the critic's mean loss from one evaluation to the next, relative to
            the earlier; nan where the learner logged none.
    """

    change: float
    share_collapsed: float
    loss_change: float


def phases(run: Run, until: float) -> dict[str, Phase]:
    """Of the evaluations up to `until` environment steps, and of those after; nan where there are none.

    What an evaluation is held to is the best since the run began, and an evaluation belongs to the phase it ends in.
    """
    best = np.maximum.accumulate(run.returns)[1:]
    changes = np.abs(np.diff(run.returns)) / np.abs(best)
    loss_changes = np.abs(np.diff(run.critic_losses)) / run.critic_losses[:-1]
    has_collapsed = collapsed(run.returns)
    is_first = run.actor_steps[1:] <= until
    return {
        phase: Phase(_median(changes[chosen]), _mean(has_collapsed[chosen]), _median(loss_changes[chosen]))
        for phase, chosen in zip(PHASES, (is_first, ~is_first), strict=True)
    }


def describe(groups: Groups, until: float) -> Iterator[str]:
    """A table as text, of one task: interquartile means over the seeds of each group, with 95 % intervals."""
    width = max(len(name) for name in ("group", *groups))
    header = ("change / best so far", "collapsed", "change of critic's loss")
    yield f"{'group'.ljust(width)}  phase  " + "  ".join(name.ljust(24) for name in header).rstrip()
    for group, runs in groups.items():
        of_runs = [phases(run, until) for run in runs]
        for phase in PHASES:
            cells = [estimated(values, ".0%") for values in zip(*(of_run[phase] for of_run in of_runs), strict=True)]
            yield f"{group.ljust(width)}  {phase.ljust(5)}  " + "  ".join(cell.ljust(24) for cell in cells).rstrip()


def _median(values: np.ndarray) -> float:
    known = values[np.isfinite(values)]
    return float(np.median(known)) if len(known) else np.nan


def _mean(values: np.ndarray) -> float:
    return float(np.mean(values)) if len(values) else np.nan

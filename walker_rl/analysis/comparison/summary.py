"""What a comparison says in words: a table of groups, and what to mind in reading it."""

import dataclasses
import shlex
from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np

from walker_rl.analysis.comparison.style import counted
from walker_rl.analysis.final_evaluation import FinalEvaluation
from walker_rl.analysis.runs import Groups, Run, by_task
from walker_rl.analysis.statistics import estimate, stability
from walker_rl.experiments.config import FREE_TO_CHANGE
from walker_rl.printable import printable

HEADER = ("group", "runs", "steps", "last policy", "its falls", "best policy", "its falls", "change", "collapsed")


@dataclasses.dataclass(frozen=True)
class Summary:
    """Of one task.

    Attributes:
        task: its name.
        rows: for each group a cell for each of `HEADER`: interquartile means with their 95 % intervals, of the final
            evaluations of its seeds and of their stability (see there); falls are means over the seeds.
        notes: what to mind.
    """

    task: str
    rows: Sequence[tuple[str, ...]]
    notes: Sequence[str]

    def lines(self) -> Iterator[str]:
        """The summary as text."""
        yield printable(self.task)
        rows = [HEADER, *self.rows]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        for row in rows:
            cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
            yield printable("  " + "  ".join(cells).rstrip())
        for note in self.notes:
            yield printable(f"  note: {note}")


def summarize(runs: Sequence[Run]) -> list[Summary]:
    """A summary of each task."""
    return [
        Summary(task, [_row(group, of_group) for group, of_group in groups.items()], list(_notes(groups)))
        for task, groups in by_task(runs).items()
    ]


def _row(group: str, runs: Sequence[Run]) -> tuple[str, ...]:
    variation = [stability(run.returns) for run in runs]
    change = estimated([one.spread for one in variation], ".0f")
    share = estimated([one.share_collapsed for one in variation], ".0%")
    first, last = _lengths(runs)
    steps = f"{first:,.0f}" if first == last else f"{first:,.0f} to {last:,.0f}"
    of_last, of_best = _final_cells([run.last for run in runs]), _final_cells([run.best for run in runs])
    return (group, str(len(runs)), steps, *of_last, *of_best, change, share)


def _final_cells(evaluations: Sequence[FinalEvaluation | None]) -> tuple[str, str]:
    """Return and falls of one policy of each run."""
    known = [one for one in evaluations if one is not None]
    falls = [one.falls for one in known if one.falls is not None]
    # The mean: the interquartile mean would leave out the seeds that fall, if they are few.
    return estimated([one.mean_return for one in known]), f"{np.mean(falls):.1%}" if falls else "-"


def estimated(values: Sequence[float | None], form: str = ",.0f") -> str:
    """The seeds' interquartile mean and its interval in words; None and nan are left out.

    `form` is each number's, as `format` takes it.
    """
    known = np.array([value for value in values if value is not None and np.isfinite(value)])
    if not len(known):
        return "-"
    result = estimate([known])
    interval = "" if result.low is None else f" [{result.low:{form}}, {result.high:{form}}]"
    return f"{result.value:{form}}{interval}"


def _notes(groups: Groups) -> Iterator[str]:
    for group, runs in groups.items():
        yield from (f"{group}: {note}" for note in _notes_on_group(runs))
    if len({_lengths(runs) for runs in groups.values()}) > 1:
        yield "groups of different lengths: their final performances are not for comparison"


def _notes_on_group(runs: Sequence[Run]) -> Iterator[str]:
    if num_incomplete := sum(run.last_return is None for run in runs):
        yield f"{counted(num_incomplete, 'run')} not complete, without a final evaluation"
    if len(runs) == 1:
        yield "one seed says nothing of the spread between seeds"
    if repeated := [str(seed) for seed, count in sorted(Counter(run.seed for run in runs).items()) if count > 1]:
        yield f"several runs of seed {', '.join(repeated)}: each counts as a seed of its own"
    for steps in sorted({run.prior_steps for run in runs if run.prior_steps is not None}):
        yield f"what is played first was found in {steps:,} steps of an earlier training, which are not counted"
    first, last = _lengths(runs)
    if first != last:
        yield f"runs of {first:,.0f} to {last:,.0f} steps: the mean curve goes as far as the shortest"
    if settings := _different_settings(runs):
        yield f"runs of different settings: {', '.join(settings)}"
    commits = sorted({run.commit for run in runs})
    if len(commits) > 1:
        yield f"runs of different commits: {', '.join(commits)}"


def _different_settings(runs: Sequence[Run]) -> list[str]:
    """Fields that decide the numbers of a run and are not the same in all, and the runner, if it is not."""
    words = [shlex.split(run.command) for run in runs]
    fields = [{f"runner={' '.join(of_run[:2])}", *(word for word in of_run if "=" in word)} for of_run in words]
    different = {word.split("=")[0] for word in fields[0].union(*fields) - fields[0].intersection(*fields)}
    return sorted(name for name in different - {"seed"} if not name.startswith(FREE_TO_CHANGE))


def _lengths(runs: Sequence[Run]) -> tuple[float, float]:
    """Environment steps at the last evaluation, of the shortest run and of the longest."""
    ends = [float(run.actor_steps[-1]) for run in runs]
    return min(ends), max(ends)

"""A comparison in words: a table of groups, and caveats."""

import dataclasses
import shlex
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from walker_rl.analysis.final_evaluation import FinalEvaluation
from walker_rl.analysis.run_names import natural_order
from walker_rl.analysis.runs import BY_FOLDER, Groups, Run, by_task
from walker_rl.analysis.statistics import MAX_SPANNED_SEEDS, estimate, stability
from walker_rl.experiments.config import FREE_TO_CHANGE
from walker_rl.printable import counted

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
        last_falls: share of these episodes that ended in a fall, a mean over the seeds.
        best_return: return of the best policy in the final evaluation.
        best_falls: share of these episodes that ended in a fall, a mean over the seeds.
        change: median absolute change between consecutive evaluations.
        collapsed: share of evaluations below half of the best before, where that is positive.
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
    collapsed: Interval | None

    @property
    def cells(self) -> tuple[str, ...]:
        """Cells of the columns of `HEADER`."""
        first, last = self.min_steps, self.max_steps
        return (
            self.group,
            f"{self.num_runs}{f' ({self.num_complete} complete)' if 0 < self.num_complete < self.num_runs else ''}",
            f"{first:,.0f}" if first == last else f"{first:,.0f} to {last:,.0f}",
            _in_words(self.last_return),
            "-" if self.last_falls is None else f"{self.last_falls:.1%}",
            _in_words(self.best_return),
            "-" if self.best_falls is None else f"{self.best_falls:.1%}",
            _in_words(self.change),
            _in_words(self.collapsed, ".0%"),
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


def summarize(runs: Sequence[Run]) -> list[TaskSummary]:
    """Summarizes the runs of each task."""
    return [
        TaskSummary(task, [_summarize_group(*group) for group in groups.items()], list(_notes(groups)))
        for task, groups in by_task(runs).items()
    ]


def _summarize_group(group: str, runs: Sequence[Run]) -> GroupSummary:
    variation = [stability(run.returns) for run in runs]
    last, best = [run.last for run in runs], [run.best for run in runs]
    min_steps, max_steps = _lengths(runs)
    return GroupSummary(
        group=group,
        num_runs=len(runs),
        num_complete=len(_complete(runs)),
        min_steps=min_steps,
        max_steps=max_steps,
        last_return=_interval([one.mean_return for one in last if one is not None]),
        last_falls=_mean_falls(last),
        best_return=_interval([one.mean_return for one in best if one is not None]),
        best_falls=_mean_falls(best),
        change=_interval([one.spread for one in variation]),
        collapsed=_interval([one.share_collapsed for one in variation]),
    )


def _mean_falls(evaluations: Sequence[FinalEvaluation | None]) -> float | None:
    """Mean over the seeds; the interquartile mean would omit a few seeds that fall."""
    falls = [one.falls for one in evaluations if one is not None and one.falls is not None]
    return float(np.mean(falls)) if falls else None


def _interval(values: Sequence[float | None]) -> Interval | None:
    """The seeds' interquartile mean and its interval, without None and nan."""
    known = np.array([value for value in values if value is not None and np.isfinite(value)])
    if not len(known):
        return None
    result = estimate([known])
    return Interval(float(result.value), *result.interval().values())


def form_of_return(value: float) -> str:
    """Returns the form, for `format`, of returns like `value`: without decimals, but with three digits below 10."""
    return ",.0f" if abs(value) >= 10 else ",.3g"


def _in_words(interval: Interval | None, form: str | None = None) -> str:
    """Writes the numbers in a form that `format` takes, by default a return's: "250 [240, 260]"; "-" for None."""
    if interval is None:
        return "-"
    sizes = [(one, max(abs(one), abs(interval.value))) for one in interval if one is not None]
    value, *ends = [f"{one:{form or form_of_return(size)}}" for one, size in sizes]
    return value + (f" [{', '.join(ends)}]" if ends else "")


def estimated(values: Sequence[float | None], form: str) -> str:
    """Writes the seeds' interquartile mean and its interval, without None and nan, in a form that `format` takes."""
    return _in_words(_interval(values), form)


def _notes(groups: Groups) -> Iterator[str]:
    """Yields each note once, with the groups that it is about in front."""
    subjects: dict[str, list[str]] = {}
    for group, runs in groups.items():
        for note in _notes_on_group(runs):
            subjects.setdefault(note, []).append(group)
    yield from (f"{'; '.join(of_note)}: {note}" for note, of_note in subjects.items())
    evaluations = [
        {word for run in runs for word in _settings(run) if word.startswith("evaluation.")} for runs in groups.values()
    ]
    if settings := _different(evaluations):
        yield f"groups of different evaluation settings: {', '.join(settings)}"
    if len({_lengths(complete) for runs in groups.values() if (complete := _complete(runs))}) > 1:
        yield "groups of different lengths: do not compare their final performances"


def _notes_on_group(runs: Sequence[Run]) -> Iterator[str]:
    if num_untrained := sum(run.learner_steps == 0 for run in runs):
        yield f"{counted(num_untrained, 'run')} evaluated only before the first update"
    if num_incomplete := len(runs) - len(_complete(runs)):
        yield f"{counted(num_incomplete, 'run')} not complete, without a final evaluation"
    if len(runs) == 1:
        yield "one seed says nothing of the spread between seeds"
    if any(2 <= number <= MAX_SPANNED_SEEDS for number in (len(runs), len(runs) - num_incomplete)):
        spanned = "an interval is from the lowest to the highest and covers less than 95 %"
        yield f"with 2 to {MAX_SPANNED_SEEDS} runs, {spanned}"
    if repeated := [str(seed) for seed, count in sorted(Counter(run.seed for run in runs).items()) if count > 1]:
        yield f"several runs of seed {', '.join(repeated)}: each counts as a seed of its own"
    folders = sorted({run.folder for run in runs}, key=natural_order)
    if len(folders) > 1:
        yield f"runs of the folders {', '.join(folders)}: --group-by {BY_FOLDER} separates them"
    for copies in _copies(runs):
        yield f"runs with the same evaluations, perhaps copies: {', '.join(copies)}"
    for steps in sorted({run.prior_steps for run in runs if run.prior_steps is not None}):
        yield f"the prior took {steps:,} steps of an earlier training or recording, which are not counted"
    first, last = _lengths(runs)
    if first != last:
        starts = max(float(run.actor_steps[0]) for run in runs)
        curve = (
            "the mean curve ends with the shortest run" if starts <= first else "no mean curve, as runs share no steps"
        )
        yield f"last evaluations after {first:,.0f} to {last:,.0f} steps: {curve}"
    if (complete := _complete(runs)) and len({*_lengths(complete)}) > 1:
        yield "complete runs of different lengths: the final performance mixes them"
    if settings := _different([_settings(run) for run in runs]):
        yield f"runs of different settings: {', '.join(settings)}"
    commits = sorted({run.commit for run in runs})
    if len(commits) > 1:
        yield f"runs of different commits: {', '.join(commits)}"


def _copies(runs: Sequence[Run]) -> list[list[str]]:
    """Names of runs whose seeds and evaluations are the same, to the digits that tables keep."""
    names: dict[object, list[str]] = {}
    for run in runs:
        names.setdefault((run.seed, *(f"{value:.6g}" for value in run.returns)), []).append(run.name)
    return [of_copies for of_copies in names.values() if len(of_copies) > 1]


def _settings(run: Run) -> set[str]:
    """Words "field=value" of a run's command, and its runner."""
    words = shlex.split(run.command)
    return {f"runner={' '.join(words[:2])}", *(word for word in words if "=" in word)}


def _different(settings: Sequence[set[str]]) -> list[str]:
    """Fields that affect a run's results, and the runner, where they differ between runs or groups."""
    different = {word.split("=")[0] for word in settings[0].union(*settings) - settings[0].intersection(*settings)}
    return sorted(name for name in different - {"seed"} if not name.startswith(FREE_TO_CHANGE))


def _complete(runs: Sequence[Run]) -> list[Run]:
    return [run for run in runs if run.last is not None]


def _lengths(runs: Sequence[Run]) -> tuple[float, float]:
    """Environment steps at the last evaluation, for the shortest and the longest run."""
    ends = [float(run.actor_steps[-1]) for run in runs]
    return min(ends), max(ends)

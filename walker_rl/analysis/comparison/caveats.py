"""The caveats of a comparison: what its numbers hide."""

import shlex
from collections import Counter
from collections.abc import Iterator, Sequence

from walker_rl.analysis.compared_run import ComparedRun, Groups, complete_runs, lengths
from walker_rl.analysis.grouping import BY_FOLDER
from walker_rl.analysis.run_names import natural_order
from walker_rl.analysis.statistics import MAX_SPANNED_SEEDS
from walker_rl.experiments.config import FREE_TO_CHANGE, MAY_MOVE
from walker_rl.printable import counted

_NUMBERS_OF_EVALUATIONS = "evaluation.num_"
"""Beginning of fields that may change at a resume but decide which policy is best, and how widely returns spread."""

_PRIORS = ("agent.prior.policy", *MAY_MOVE)
"""Fields with a prior's place; a group's name says which prior it is, by name or hash."""


def caveats(groups: Groups) -> Iterator[str]:
    """Yields each caveat once, with the groups that it is about in front."""
    subjects: dict[str, list[str]] = {}
    for group, runs in groups.items():
        for note in _notes_on_group(runs):
            subjects.setdefault(note, []).append(group)
    yield from (f"{'; '.join(of_note)}: {note}" for note, of_note in subjects.items())
    for section, name in (("evaluation", "evaluation settings"), ("environment", "environments")):
        beginnings = (f"{section}.", f"{section}=")
        of_groups = [
            {word for run in runs for word in _settings(run) if word.startswith(beginnings)} for runs in groups.values()
        ]
        if settings := _different(of_groups):
            yield f"groups of different {name}: {', '.join(settings)}"
    if len({lengths(complete) for runs in groups.values() if (complete := complete_runs(runs))}) > 1:
        yield "groups of different lengths: do not compare their final performances"


def _notes_on_group(runs: Sequence[ComparedRun]) -> Iterator[str]:
    if num_untrained := sum(run.learner_steps == 0 for run in runs):
        yield f"{counted(num_untrained, 'run')} evaluated only before the first update"
    if num_incomplete := len(runs) - len(complete_runs(runs)):
        yield f"{counted(num_incomplete, 'run')} not complete, without a final evaluation"
    if num_lucky := sum(run.ended_by == "return" for run in runs):
        ended = f"{num_lucky} of {counted(len(runs), 'run')} ended at a target return"
        yield f"{ended}, so the last returns are optimistic"
    if len(runs) == 1:
        yield "one seed says nothing about the spread between seeds"
    if any(2 <= number <= MAX_SPANNED_SEEDS for number in (len(runs), len(runs) - num_incomplete)):
        spanned = "intervals reach from the lowest to the highest and cover less than 95 %"
        yield f"with 2 to {MAX_SPANNED_SEEDS} runs, {spanned}"
    if repeated := [str(seed) for seed, count in sorted(Counter(run.seed for run in runs).items()) if count > 1]:
        yield f"several runs of seed {', '.join(repeated)}: each counts as a seed of its own"
    folders = sorted({run.folder for run in runs}, key=natural_order)
    if len(folders) > 1:
        yield f"runs of the folders {', '.join(folders)}: --group-by {BY_FOLDER} separates them"
    for copies in _copies(runs):
        yield f"runs with the same evaluations, perhaps copies: {', '.join(copies)}"
    for steps in sorted({run.prior_steps for run in runs if run.prior_steps is not None}):
        yield f"the prior took {steps:,} steps of an earlier run or recording, which are not counted"
    first, last = lengths(runs)
    if first != last:
        starts = max(float(run.actor_steps[0]) for run in runs)
        curve = (
            "the mean curve ends with the shortest run" if starts <= first else "no mean curve, as runs share no steps"
        )
        yield f"last evaluations after {first:,.0f} to {last:,.0f} steps: {curve}"
    if (complete := complete_runs(runs)) and len({*lengths(complete)}) > 1:
        yield "complete runs of different lengths: the final performance mixes them"
    if settings := _different([_settings(run) for run in runs]):
        yield f"runs of different settings: {', '.join(settings)}"
    commits = sorted({run.commit for run in runs})
    if len(commits) > 1:
        yield f"runs of different commits: {', '.join(commits)}"


def _copies(runs: Sequence[ComparedRun]) -> list[list[str]]:
    """Names of runs whose seeds and evaluations are the same, to the digits that tables keep."""
    names: dict[object, list[str]] = {}
    for run in runs:
        names.setdefault((run.seed, *(f"{value:.6g}" for value in run.returns)), []).append(run.name)
    return [of_copies for of_copies in names.values() if len(of_copies) > 1]


def _settings(run: ComparedRun) -> set[str]:
    """Words "field=value" of a run's command, and its runner."""
    words = shlex.split(run.command)
    return {f"runner={' '.join(words[:2])}", *(word for word in words if "=" in word)}


def _different(settings: Sequence[set[str]]) -> list[str]:
    """Fields that affect a run's results, and the runner, where they differ between runs or groups."""
    different = {word.split("=")[0] for word in settings[0].union(*settings) - settings[0].intersection(*settings)}
    unaffecting = {"seed", *_PRIORS, *(name for name in different if name.startswith(FREE_TO_CHANGE))}
    return sorted(name for name in different if name.startswith(_NUMBERS_OF_EVALUATIONS) or name not in unaffecting)

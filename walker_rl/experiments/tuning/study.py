"""The study: stores trials in SQLite and proposes new ones."""

import contextlib
import json
import statistics
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import optuna
import sqlalchemy.exc
from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.trial import FrozenTrial, Trial, TrialState

from walker_rl.errors import RunError, UserError, text_of
from walker_rl.experiments.tuning.plan import Plan
from walker_rl.field_values import shown
from walker_rl.files.sqlite_url import sqlite_url
from walker_rl.printable import counted, format_score
from walker_rl.search_space import Choices, Floats, Range, SearchSpace

FILE = "study.db"

FACTS = "facts"
"""The study's attribute with all settings that its trials depend on; a single one, so that it is written atomically."""

NUM_STARTUP_TRIALS = 5
"""Complete trials before the median pruner starts."""

NUM_SHOWN = 5

WARM_UP_SHARE = 0.25
"""Initial share of a trial in which the median pruner never prunes: early returns say little."""


@contextlib.contextmanager
def storage_errors(folder: Path) -> Iterator[None]:
    """Turns SQLite's errors about a study's file into one line.

    Raises:
        RunError: if the file can't be read or written.
    """
    try:
        yield
    except (optuna.exceptions.StorageInternalError, sqlalchemy.exc.DBAPIError) as error:
        cause = error if isinstance(error, sqlalchemy.exc.DBAPIError) else error.__cause__
        reason = getattr(cause, "orig", cause)
        raise RunError(f"{folder / FILE}: {reason}; the same command resumes once that is fixed") from None


@contextlib.contextmanager
def _refusing_other_versions(folder: Path) -> Iterator[None]:
    try:
        yield
    except RuntimeError as error:  # Optuna's, about the tables in the file.
        raise UserError(f"output = {folder}: must have a study of this version of Optuna ({text_of(error)})") from None


class Study:
    """Draws trials from Optuna's tree-structured Parzen estimator (Bergstra et al. 2011), and records their results."""

    def __init__(self, folder: Path, space: SearchSpace, plan: Plan):
        """Continues the study in `folder`, or begins one whose first trial has the agent's defaults.

        Raises:
            UserError: if the study in the folder has another space or plan, or is of another version of Optuna.
        """
        optuna.logging.set_verbosity(optuna.logging.ERROR)
        self._distributions = {f"agent.{name}": _distribution(one) for name, one in space.items()}
        with _refusing_other_versions(folder):
            self._study = optuna.create_study(
                storage=sqlite_url(folder / FILE),
                study_name="walker_rl",
                load_if_exists=True,
                direction="maximize",
                pruner=_make_pruner(plan),
            )
        self._check({**plan.to_dict(), "space": {name: repr(one) for name, one in space.items()}}, folder)
        # A continued study must not repeat its first draws.
        entropy = np.random.SeedSequence(plan.seeds, spawn_key=(len(self._study.trials),))
        self._study.sampler = optuna.samplers.TPESampler(seed=int(entropy.generate_state(1)[0]))
        if not self._study.trials:
            defaults = plan.fields()
            self._study.enqueue_trial({name: _as_text(defaults[name]) for name in self._distributions})

    def ask(self) -> Trial:
        """Draws a new trial."""
        return self._study.ask(self._distributions)

    def unfinished(self) -> list[Trial]:
        """Trials that earlier processes did not finish; draws the values that a killed `ask` did not store."""
        running = self._study.get_trials(deepcopy=False, states=(TrialState.RUNNING,))
        trials = [Trial(self._study, trial._trial_id) for trial in running]  # Optuna has no public access to it.
        for trial in trials:
            for name, distribution in self._distributions.items():
                trial._suggest(name, distribution)  # As `Study.ask` does; a stored value stays.
        return trials

    def complete(self, trial: Trial, value: float) -> None:
        """Records a trial's score."""
        self._study.tell(trial, value)

    def prune(self, trial: Trial) -> None:
        """Records that a trial was pruned."""
        self._study.tell(trial, state=TrialState.PRUNED)

    def fail(self, trial: Trial, reason: str) -> None:
        """Records that a trial failed, with the reason."""
        trial.set_user_attr("failure", reason)
        self._study.tell(trial, state=TrialState.FAIL)

    @property
    def finished(self) -> list[FrozenTrial]:
        """Trials that are complete, pruned or failed."""
        return [trial for trial in self._study.get_trials(deepcopy=False) if trial.state.is_finished()]

    @property
    def best(self) -> FrozenTrial | None:
        """The complete trial with the best score, if there is one."""
        complete = self._study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))
        return max(complete, key=score_of, default=None)

    def _check(self, facts: dict[str, Any], folder: Path) -> None:
        """Checks that the study began with the same settings."""
        if FACTS not in self._study.user_attrs:
            self._study.set_user_attr(FACTS, facts)
        stored = self._study.user_attrs[FACTS]
        given = json.loads(json.dumps(facts))
        for name in {**given, **stored}:
            if (value := given.get(name)) != (there := stored.get(name)):
                raise UserError(
                    f"{name} = {shown(value)}, there {shown(there)}: must be as in {folder} to continue that study"
                )


def describe(trials: Sequence[FrozenTrial]) -> Iterator[str]:
    """Yields lines with the number of trials in each state, and the best trials."""
    counts = Counter(trial.state for trial in trials)
    yield (
        f"{counted(counts[TrialState.COMPLETE], 'trial')} complete, {counts[TrialState.PRUNED]} pruned, "
        f"{counts[TrialState.FAIL]} failed"
    )
    complete = [trial for trial in trials if trial.state is TrialState.COMPLETE]
    for trial in sorted(complete, key=score_of, reverse=True)[:NUM_SHOWN]:
        yield f"  {format_score(score_of(trial)):>8}  trial {trial.number}: {' '.join(overrides_of(trial))}"


def overrides_of(trial: Trial | FrozenTrial) -> tuple[str, ...]:
    """The values that a trial has drawn, as "field=value", with floats to three digits."""
    return tuple(
        f"{name}={value:.3g}" if isinstance(value, float) else f"{name}={value}" for name, value in trial.params.items()
    )


def score_of(trial: FrozenTrial) -> float:
    """Returns the score of a complete trial."""
    assert trial.value is not None, "complete trials have one"
    return trial.value


class MedianPruner(optuna.pruners.BasePruner):
    """Prunes a trial whose score is below the median of complete trials after as many evaluations.

    Optuna's own median pruner uses a trial's best score so far, which a bad second seed can't lower.
    """

    def __init__(self, num_warm_up: int):
        """Never prunes a trial before it has more than `num_warm_up` evaluations."""
        self._num_warm_up = num_warm_up

    def prune(self, study: optuna.Study, trial: FrozenTrial) -> bool:
        """Returns True if a trial should be pruned, by its last reported score."""
        complete = study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))
        number = trial.last_step
        if number is None or number <= self._num_warm_up or len(complete) < NUM_STARTUP_TRIALS:
            return False
        others = [one.intermediate_values[number] for one in complete if number in one.intermediate_values]
        return bool(others) and trial.intermediate_values[number] < statistics.median(others)


def _make_pruner(plan: Plan) -> optuna.pruners.BasePruner:
    if plan.pruner == "median":
        return MedianPruner(round(WARM_UP_SHARE * plan.num_evaluations))
    if plan.pruner == "hyperband":
        return optuna.pruners.HyperbandPruner(min_resource=1, max_resource=plan.num_evaluations)
    return optuna.pruners.NopPruner()


def _distribution(one: Range) -> BaseDistribution:
    if isinstance(one, Choices):
        return CategoricalDistribution([_as_text(value) for value in one.values])
    if isinstance(one, Floats):
        return FloatDistribution(one.low, one.high, log=one.log)
    return IntDistribution(one.low, one.high, log=one.log)


def _as_text(value: Any) -> Any:
    """Converts a value for the database: numbers and strings stay, all else becomes JSON."""
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return value if is_number or isinstance(value, str) else json.dumps(value)

"""The study: which trials there were, kept in SQLite, and which are next."""

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

from walker_rl.errors import RunError, UserError
from walker_rl.experiments.tuning.plan import Plan
from walker_rl.logging.sqlite_url import sqlite_url
from walker_rl.printable import counted
from walker_rl.search_space import Choices, Floats, Range, SearchSpace

FILE = "study.db"

FACTS = "facts"
"""The attribute of the study that says what its trials depend on: one, so that it is there as a whole or not at all."""

NUM_STARTUP_TRIALS = 5
"""Trials before the median prunes."""

NUM_SHOWN = 5

WARM_UP_SHARE = 0.25
"""Of a trial's length, in which the median does not prune yet: early returns say little."""


@contextlib.contextmanager
def storage_errors(folder: Path) -> Iterator[None]:
    """Tells in a line what SQLite says of a study's file.

    Raises:
        RunError: if it can't be read or written.
    """
    try:
        yield
    except (optuna.exceptions.StorageInternalError, sqlalchemy.exc.DBAPIError) as error:
        cause = error if isinstance(error, sqlalchemy.exc.DBAPIError) else error.__cause__
        reason = getattr(cause, "orig", cause)
        raise RunError(f"{folder / FILE}: {reason}; the same command resumes once that is mended") from None


class Study:
    """Asks Optuna's tree-structured Parzen estimator (Bergstra et al. 2011) for trials, and tells it how they went."""

    def __init__(self, folder: Path, space: SearchSpace, plan: Plan):
        """Continues the study in `folder`, or begins one whose first trial has the agent's defaults.

        Raises:
            UserError: if the study in the folder is of another space or plan.
        """
        optuna.logging.set_verbosity(optuna.logging.ERROR)
        self._distributions = {f"agent.{name}": _distribution(one) for name, one in space.items()}
        self._study = optuna.create_study(
            storage=sqlite_url(folder / FILE),
            study_name="walker_rl",
            load_if_exists=True,
            direction="maximize",
            pruner=_make_pruner(plan),
        )
        self._check({**plan.to_dict(), "space": {name: repr(one) for name, one in space.items()}}, folder)
        # A study that goes on must not draw its first numbers once more.
        entropy = np.random.SeedSequence(plan.seeds, spawn_key=(len(self._study.trials),))
        self._study.sampler = optuna.samplers.TPESampler(seed=int(entropy.generate_state(1)[0]))
        if not self._study.trials:
            defaults = plan.fields()
            self._study.enqueue_trial({name: _as_text(defaults[name]) for name in self._distributions})

    def ask(self) -> Trial:
        """A new trial."""
        return self._study.ask(self._distributions)

    def unfinished(self) -> list[Trial]:
        """Trials that were begun by a process that is gone."""
        running = self._study.get_trials(deepcopy=False, states=(TrialState.RUNNING,))
        return [Trial(self._study, trial._trial_id) for trial in running]  # Optuna has no public way to it.

    def complete(self, trial: Trial, value: float) -> None:
        """Records a trial's score."""
        self._study.tell(trial, value)

    def prune(self, trial: Trial) -> None:
        """Records that a trial was given up."""
        self._study.tell(trial, state=TrialState.PRUNED)

    def fail(self, trial: Trial, reason: str) -> None:
        """Records that a trial could not be trained to its end."""
        trial.set_user_attr("failure", reason)
        self._study.tell(trial, state=TrialState.FAIL)

    @property
    def finished(self) -> list[FrozenTrial]:
        """Trials that have ended one way or another."""
        return [trial for trial in self._study.get_trials(deepcopy=False) if trial.state.is_finished()]

    @property
    def best(self) -> FrozenTrial | None:
        """The complete trial with the best score, if there is one."""
        complete = self._study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))
        return max(complete, key=_value, default=None)

    def _check(self, facts: dict[str, Any], folder: Path) -> None:
        """Holds the study to what it began with."""
        if FACTS not in self._study.user_attrs:
            self._study.set_user_attr(FACTS, facts)
        stored = self._study.user_attrs[FACTS]
        for name, value in facts.items():
            if (there := stored.get(name)) != json.loads(json.dumps(value)):
                raise UserError(f"{name} = {value}, there {there}: must be as in {folder} to continue that study")


def describe(trials: Sequence[FrozenTrial]) -> Iterator[str]:
    """Yields lines: how many trials ended how, and the best of them."""
    counts = Counter(trial.state for trial in trials)
    yield (
        f"{counted(counts[TrialState.COMPLETE], 'trial')} complete, {counts[TrialState.PRUNED]} given up, "
        f"{counts[TrialState.FAIL]} failed"
    )
    complete = [trial for trial in trials if trial.state is TrialState.COMPLETE]
    for trial in sorted(complete, key=_value, reverse=True)[:NUM_SHOWN]:
        yield f"  {trial.value:8.1f}  trial {trial.number}: {' '.join(overrides_of(trial))}"


def overrides_of(trial: Trial | FrozenTrial) -> tuple[str, ...]:
    """The values that a trial has drawn, as "field=value", numbers to three digits."""
    return tuple(
        f"{name}={value:.3g}" if isinstance(value, float) else f"{name}={value}" for name, value in trial.params.items()
    )


def _value(trial: FrozenTrial) -> float:
    assert trial.value is not None, "complete trials have one"
    return trial.value


class MedianPruner(optuna.pruners.BasePruner):
    """Gives up a trial whose score is below the median of those that complete trials had after as many evaluations.

    Optuna's own goes by a trial's best score so far, which a second seed that does badly can't lower.
    """

    def __init__(self, num_warm_up: int):
        """Spares trials until they have had more than `num_warm_up` evaluations."""
        self._num_warm_up = num_warm_up

    def prune(self, study: optuna.Study, trial: FrozenTrial) -> bool:
        """Whether to give up a trial, by the last score that was reported of it."""
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
    """A value as the database keeps it: numbers as they are, what else there is as it is typed after "field="."""
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return value if is_number or isinstance(value, str) else json.dumps(value)

"""A run's evaluations, and groups of runs."""

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np

from walker_rl.analysis.final_evaluation import FinalEvaluation
from walker_rl.analysis.run_names import natural_order


@dataclasses.dataclass(frozen=True)
class ComparedRun:
    """One run's evaluations.

    Attributes:
        name: name of the directory, with folders in front where several runs have the same.
        group: name of the group whose runs are compared as seeds: an agent and its prior, unless grouped otherwise.
        task: name of the task.
        seed: seed of the run.
        commit: commit of the code.
        command: command that makes such a run.
        actor_steps: environment steps at each evaluation, `[E]`.
        walltime: seconds of training at each evaluation, `[E]`; nan where not recorded.
        returns: mean return of each evaluation's episodes, `[E]`.
        last: final evaluation of the last policy; None if the run is not complete.
        best: final evaluation of the best policy, on the same episodes; None if there is none.
        critic_losses: mean of the losses logged since the previous evaluation, `[E]`; nan where there were none.
        learner_steps: updates before the last evaluation; None if unknown, as in older tables.
        prior_steps: environment steps behind the prior, of its training, search or recording; None without one.
        ended_by: limit that ended the run, as in its summary; None if it is not complete, or unknown in older tables.
        folder: end of the path of the run directory's folder, or of the tables', distinct from the other folders'.
        directory: the run directory; None if the run is known from tables alone.
    """

    name: str
    group: str
    task: str
    seed: int
    commit: str
    command: str
    actor_steps: np.ndarray
    walltime: np.ndarray
    returns: np.ndarray
    last: FinalEvaluation | None
    best: FinalEvaluation | None
    critic_losses: np.ndarray
    learner_steps: int | None = None
    prior_steps: int | None = None
    ended_by: str | None = None
    folder: str = ""
    directory: Path | None = None

    @property
    def last_return(self) -> float | None:
        """Mean return of the last policy in the final evaluation."""
        return self.last.mean_return if self.last else None

    @property
    def best_return(self) -> float | None:
        """Mean return of the best policy in the final evaluation."""
        return self.best.mean_return if self.best else None


Groups = Mapping[str, Sequence[ComparedRun]]
"""The runs of one task, by the name of their group."""


def by_task(runs: Iterable[ComparedRun]) -> dict[str, dict[str, list[ComparedRun]]]:
    """Groups the runs of each task; tasks and groups are in natural order, with 10 after 9."""
    tasks: dict[str, dict[str, list[ComparedRun]]] = {}
    for run in sorted(
        runs, key=lambda run: (natural_order(run.task), natural_order(run.group), run.seed, natural_order(run.name))
    ):
        tasks.setdefault(run.task, {}).setdefault(run.group, []).append(run)
    return tasks


def last_returns(groups: Groups) -> dict[str, np.ndarray]:
    """Returns the last policies' final returns in each group, `[S]`; omits groups without complete runs."""
    known = {group: [run.last_return for run in runs if run.last_return is not None] for group, runs in groups.items()}
    return {group: np.array(values) for group, values in known.items() if values}


def complete_runs(runs: Sequence[ComparedRun]) -> list[ComparedRun]:
    """Returns the runs that have a final evaluation."""
    return [run for run in runs if run.last is not None]


def lengths(runs: Sequence[ComparedRun]) -> tuple[float, float]:
    """Returns the environment steps at the last evaluation, for the shortest and the longest run."""
    ends = [float(run.actor_steps[-1]) for run in runs]
    return min(ends), max(ends)

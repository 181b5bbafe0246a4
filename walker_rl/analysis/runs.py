"""Reads the evaluations of runs for comparisons, from run directories or from stored tables."""

import csv
import dataclasses
import os
import shlex
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np

from walker_rl.analysis.final_evaluation import FinalEvaluation, to_row
from walker_rl.analysis.run_command import command_of
from walker_rl.analysis.run_contents import read_critic_losses, read_final_evaluations, read_metrics, read_settings
from walker_rl.analysis.run_names import Place, distinct_ends, distinct_names, natural_order
from walker_rl.analysis.run_paths import EVALUATIONS, RUNS, expand, folders_of_runs, no_runs
from walker_rl.analysis.tables import Row, read_table, write_table
from walker_rl.errors import NotWholeError, UserError
from walker_rl.experiments.run.directory import RunDirectory
from walker_rl.metrics_file import STEP_KEY
from walker_rl.printable import one_line

GROUP_BY = "agent_name"

BY_FOLDER = "folder"
"""Stands for a field: groups are split by the folder of their run directories or tables."""


@dataclasses.dataclass(frozen=True)
class Run:
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


Groups = Mapping[str, Sequence[Run]]
"""The runs of one task, by the name of their group."""


def read_runs(paths: Sequence[str | Path], group_by: str = GROUP_BY, note: Callable[[str], None] = print) -> list[Run]:
    """Reads runs from run directories and from folders that `write_runs` has written.

    Args:
        paths: paths of such directories and folders, or patterns that match some.
        group_by: field of the configuration, such as `agent.n_step`: an agent's runs with the same value form a group,
            and runs in tables keep their groups; or `BY_FOLDER`, which splits both.
        note: function that takes a line about what is left out, as damaged, no run, in a folder below, or without an
            evaluation, and about a field that runs in tables lack.

    Raises:
        UserError: if a path does not exist, none has a run, a run is given twice, or a run has no such field.
    """
    found, left_out = list[tuple[Path, Run]](), list[str]()
    field = GROUP_BY if group_by == BY_FOLDER else group_by
    for path in expand(paths):
        try:
            found += _read(path, field)
        except NotWholeError as error:
            left_out.append(str(error))
    if left_out and not found:
        others = f"; {len(left_out) - 1} more are left out, too" if left_out[1:] else ""
        raise UserError(left_out[0] + others)
    folders = {folder for folder, _ in found}
    left_out += [
        f"folders of runs in {path}: {', '.join(deeper)}"
        for path in paths
        if Path(path).resolve() in folders and (deeper := folders_of_runs(path))
    ]
    for reason in left_out:
        note(f"note: left out: {one_line(reason)}")
    if field != GROUP_BY and any(run.directory is None for _, run in found):
        note(f"note: group_by = {one_line(field)}: runs in tables have no fields, and keep their groups")
    names = distinct_names([Place(folder, run.name) for folder, run in found])
    ends = distinct_ends({folder for folder, _ in found})
    named = zip(names, found, strict=True)
    runs = [dataclasses.replace(run, name=name, folder=one_line(ends[of])) for name, (of, run) in named]
    is_split = group_by == BY_FOLDER
    return [dataclasses.replace(run, group=f"{run.folder}: {run.group}") if is_split else run for run in runs]


def write_runs(runs: Sequence[Run], folder: Path) -> None:
    """Writes two tidy tables into `folder`: one with a row per run, one with a row per evaluation."""
    scalars = ("group", "task", "seed", "commit", "command", "learner_steps", "prior_steps")
    rows: list[Row] = [
        {
            "run": run.name,
            **{name: getattr(run, name) for name in scalars},
            **to_row(run.last, "last"),
            **to_row(run.best, "best"),
        }
        for run in runs
    ]
    write_table(folder / RUNS, rows)
    evaluations: list[Row] = [
        {"run": run.name, "actor_steps": int(steps), "walltime": time, "mean_return": value, "critic_loss": loss}
        for run in runs
        for steps, time, value, loss in zip(
            run.actor_steps,
            *(column.tolist() for column in (run.walltime, run.returns, run.critic_losses)),
            strict=True,
        )
    ]
    write_table(folder / EVALUATIONS, evaluations)


def by_task(runs: Iterable[Run]) -> dict[str, dict[str, list[Run]]]:
    """Groups the runs of each task; tasks and groups are in natural order, with 10 after 9."""
    tasks: dict[str, dict[str, list[Run]]] = {}
    for run in sorted(
        runs, key=lambda run: (natural_order(run.task), natural_order(run.group), run.seed, natural_order(run.name))
    ):
        tasks.setdefault(run.task, {}).setdefault(run.group, []).append(run)
    return tasks


def last_returns(groups: Groups) -> dict[str, np.ndarray]:
    """Returns the last policies' final returns in each group, `[S]`; omits groups without complete runs."""
    known = {group: [run.last_return for run in runs if run.last_return is not None] for group, runs in groups.items()}
    return {group: np.array(values) for group, values in known.items() if values}


def _read(path: Path, group_by: str) -> list[tuple[Path, Run]]:
    """Reads the runs in a directory or in tables, each with the folder of the directory or of the tables."""
    if (run := RunDirectory(path)).exists:
        return [(path.resolve().parent, _read_directory(run, group_by))]
    if os.path.isfile(path / RUNS):
        try:
            return [(path.resolve(), run) for run in _read_tables(path)]
        except KeyError as error:
            raise NotWholeError(f"run = {path}: must have {error.args[0]} in {RUNS} and {EVALUATIONS}") from None
        except OSError as error:
            raise NotWholeError(f"run = {error.filename}: must be a file that can be read ({error.strerror})") from None
        except (ValueError, TypeError, csv.Error) as error:
            raise NotWholeError(f"run = {path}: must be whole tables, as --keep writes them ({error})") from None
    raise no_runs(path)


def _read_directory(run: RunDirectory, group_by: str) -> Run:
    settings = read_settings(run)
    identity, fields, provenance = settings.identity, settings.fields, settings.provenance
    if group_by not in fields:
        raise UserError(f"group_by = {group_by}: must be a field of the configuration; {run.path} has no such field")
    agent = identity.agent_name + (f" + {provenance.prior.name}" if provenance.prior else "")  # As in "d4pg + gait".
    evaluation = read_metrics(run, "evaluation", "mean_return", "learner_steps")
    timing = read_metrics(run, "timing", "walltime")
    if not evaluation:
        raise NotWholeError(f"run = {run.path}: must have an evaluation; it has none yet")
    steps = evaluation[STEP_KEY]
    walltimes = dict(zip(timing[STEP_KEY], timing["walltime"], strict=True)) if timing else {}
    best, last = read_final_evaluations(run, identity.task)
    return Run(
        name=run.path.resolve().name,
        group=agent if group_by == GROUP_BY else f"{agent}, {group_by.rpartition('.')[2]} {fields[group_by]}",
        task=identity.task,
        seed=identity.seed,
        commit=provenance.commit,
        command=command_of(settings),
        actor_steps=steps,
        walltime=np.array([walltimes.get(step, np.nan) for step in steps]),
        returns=evaluation["mean_return"],
        last=last,
        best=best,
        critic_losses=read_critic_losses(run, steps),
        learner_steps=int(evaluation["learner_steps"][-1]),
        prior_steps=provenance.prior.actor_steps if provenance.prior else None,
        directory=run.path,
    )


def _read_tables(folder: Path) -> list[Run]:
    evaluations: dict[str, list[Row]] = {}
    for row in read_table(folder / EVALUATIONS):
        evaluations.setdefault(row["run"], []).append(row)
    rows = read_table(folder / RUNS)
    if {row["run"] for row in rows} != set(evaluations) or not rows:
        raise ValueError(f"{RUNS} and {EVALUATIONS} must be of the same runs")
    return [_from_tables(row, evaluations[row["run"]]) for row in rows]


def _from_tables(row: Row, evaluations: Sequence[Row]) -> Run:
    columns = {name: np.array([float(one[name]) for one in evaluations]) for name in evaluations[0] if name != "run"}
    if not np.isfinite([float(row["seed"]), *columns[STEP_KEY], *columns["mean_return"]]).all():
        raise ValueError("a seed, a count of steps or a return is not finite")
    shlex.split(row["command"])  # Raises a ValueError if it is torn.
    return Run(
        name=row["run"],
        group=row["group"],
        task=row["task"],
        seed=int(row["seed"]),
        commit=row["commit"],
        command=row["command"],
        actor_steps=columns["actor_steps"],
        walltime=columns["walltime"],
        returns=columns["mean_return"],
        last=FinalEvaluation.from_row(row, "last"),
        best=FinalEvaluation.from_row(row, "best"),
        critic_losses=columns["critic_loss"],
        learner_steps=int(row["learner_steps"]) if row.get("learner_steps") else None,
        prior_steps=int(row["prior_steps"]) if row.get("prior_steps") else None,
    )

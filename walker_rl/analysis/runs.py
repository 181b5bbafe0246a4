"""Reads the evaluations of runs for comparisons, from run directories and from stored tables."""

import dataclasses
import os
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np

from walker_rl.analysis.compared_run import ComparedRun
from walker_rl.analysis.grouping import BY_FOLDER, GROUP_BY
from walker_rl.analysis.run_command import command_of
from walker_rl.analysis.run_contents import (
    read_critic_losses,
    read_evaluations,
    read_final_evaluations,
    read_metrics,
    read_settings,
)
from walker_rl.analysis.run_names import Place, distinct_ends, distinct_names
from walker_rl.analysis.run_paths import RUNS, expand, folders_of_runs, no_runs, real_path, runs_beside_tables
from walker_rl.analysis.run_tables import read_tables
from walker_rl.errors import NotWholeError, UserError, did_you_mean
from walker_rl.experiments.run.directory import RunDirectory
from walker_rl.experiments.run.summary import ending
from walker_rl.field_values import shown
from walker_rl.files.metrics_file import STEP_KEY
from walker_rl.printable import one_line


def read_runs(
    paths: Sequence[str | Path], group_by: str = GROUP_BY, note: Callable[[str], None] = print
) -> list[ComparedRun]:
    """Reads runs from run directories and from folders that `write_runs` has written.

    Args:
        paths: paths of such directories and folders, or patterns that match some.
        group_by: field of the configuration, such as `agent.n_step`: an agent's runs with the same value form a group,
            and runs without the field, like those in tables, keep their groups; or `BY_FOLDER`, which splits all.
        note: function that prints a line for each path that is left out, with the reason, for folders of runs and run
            directories beside those that are read, and for runs that lack the field.

    Raises:
        UserError: if a path does not exist, none has a run, a run is given twice, or no run directory has the field.
    """
    field = GROUP_BY if group_by == BY_FOLDER else group_by
    found, left_out = _read_all(expand(paths), field)
    folders = {one.folder for one in found}
    left_out += _unread(paths, folders)
    for line in (*(f"left out: {reason}" for reason in left_out), *_notes_on_field(field, found)):
        note(f"note: {one_line(line)}")
    names = distinct_names([Place(one.folder, one.run.name) for one in found])
    ends = distinct_ends(folders)
    named = zip(names, found, strict=True)
    runs = [dataclasses.replace(one.run, name=name, folder=one_line(ends[one.folder])) for name, one in named]
    is_split = group_by == BY_FOLDER
    return [dataclasses.replace(run, group=f"{run.folder}: {run.group}") if is_split else run for run in runs]


@dataclasses.dataclass(frozen=True)
class _Found:
    """A run, the folder of its directory or of its tables, and the names of its fields; none for a run in tables."""

    folder: Path
    run: ComparedRun
    fields: Collection[str] = ()


def _read_all(paths: Iterable[Path], group_by: str) -> tuple[list[_Found], list[str]]:
    """Reads the runs at some paths; also returns the reason for each path that is left out.

    Raises:
        UserError: if nothing but such paths is given.
    """
    found, left_out = list[_Found](), list[str]()
    for path in paths:
        try:
            found += _read(path, group_by)
        except NotWholeError as error:
            left_out.append(str(error))
    if left_out and not found:
        others = f"; {len(left_out) - 1} more are left out, too" if left_out[1:] else ""
        raise UserError(left_out[0] + others)
    return found, left_out


def _unread(paths: Sequence[str | Path], folders: Collection[Path]) -> Iterator[str]:
    """Describes the runs beside those in `folders` that nothing reads: in deeper folders, or beside tables."""
    for path in paths:
        if real_path(path) in folders and (deeper := folders_of_runs(path)):
            yield f"folders of runs in {path}: {', '.join(deeper)}"
    for folder in sorted(folders):
        if beside := runs_beside_tables(folder):
            yield f"run directories beside the tables in {folder}: {', '.join(beside)}"


def _notes_on_field(field: str, found: Sequence[_Found]) -> Iterator[str]:
    """Yields notes on runs that lack the field; raises a UserError if it is empty or every run directory does."""
    if field == GROUP_BY:
        return
    known = {name for one in found for name in one.fields}
    if not field or (known and field not in known):
        problem = "must be a field of the configuration; no run has such a field"
        raise UserError(f"group_by = {shown(field)}: {problem}{did_you_mean(field, (*known, BY_FOLDER))}")
    if any(one.run.directory is None for one in found):
        yield f"group_by = {field}: runs in tables have no fields, and keep their groups"
    if without := [one.run.name for one in found if one.run.directory and field not in one.fields]:
        yield f"group_by = {field}: runs without this field keep their groups: {', '.join(without)}"


def _read(path: Path, group_by: str) -> list[_Found]:
    """Reads the runs in a directory or in tables."""
    if (run := RunDirectory(path)).exists:
        return [_read_directory(run, group_by)]
    if os.path.isfile(path / RUNS):
        return [_Found(real_path(path), run) for run in read_tables(path)]
    raise no_runs(path)


def _read_directory(run: RunDirectory, group_by: str) -> _Found:
    settings = read_settings(run)
    identity, fields, provenance = settings.identity, settings.fields, settings.provenance
    agent = identity.agent_name + (f" + {provenance.prior.name}" if provenance.prior else "")  # As in "d4pg + gait".
    evaluation = read_evaluations(run)
    timing = read_metrics(run, "timing", "walltime")
    if not evaluation:
        raise NotWholeError(f"run = {run.path}: must have an evaluation; it has none yet")
    steps = evaluation[STEP_KEY]
    walltimes = dict(zip(timing[STEP_KEY], timing["walltime"], strict=True)) if timing else {}
    best, last = read_final_evaluations(run, identity.task)
    is_split = group_by != GROUP_BY and group_by in fields
    read = ComparedRun(
        name=real_path(run.path).name,
        group=f"{agent}, {group_by.rpartition('.')[2]} {shown(fields[group_by])}" if is_split else agent,
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
        ended_by=ending(run),
        directory=run.path,
    )
    return _Found(real_path(run.path).parent, read, fields)

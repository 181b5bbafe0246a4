"""Runs as two tidy tables: one with a row per run, one with a row per evaluation."""

import csv
import shlex
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from walker_rl.analysis.compared_run import ComparedRun
from walker_rl.analysis.final_evaluation import FinalEvaluation, to_row
from walker_rl.analysis.run_paths import EVALUATIONS, RUNS
from walker_rl.analysis.tables import Row, read_table, table_text
from walker_rl.errors import NotWholeError, reason_of
from walker_rl.files.metrics_file import STEP_KEY
from walker_rl.files.whole_file import write_whole_texts


def write_runs(runs: Sequence[ComparedRun], folder: Path) -> None:
    """Writes the two tables into `folder`; neither, if the disk is full."""
    scalars = ("group", "task", "seed", "commit", "command", "learner_steps", "prior_steps", "ended_by")
    rows: list[Row] = [
        {
            "run": run.name,
            **{name: getattr(run, name) for name in scalars},
            **to_row(run.last, "last"),
            **to_row(run.best, "best"),
        }
        for run in runs
    ]
    evaluations: list[Row] = [
        {"run": run.name, "actor_steps": int(steps), "walltime": time, "mean_return": value, "critic_loss": loss}
        for run in runs
        for steps, time, value, loss in zip(
            run.actor_steps,
            *(column.tolist() for column in (run.walltime, run.returns, run.critic_losses)),
            strict=True,
        )
    ]
    write_whole_texts({folder / RUNS: table_text(rows), folder / EVALUATIONS: table_text(evaluations)})


def read_tables(folder: Path) -> list[ComparedRun]:
    """Reads what `write_runs` has written.

    Raises:
        NotWholeError: if the tables are damaged, or can't be read.
    """
    try:
        return _read(folder)
    except KeyError as error:
        raise NotWholeError(f"run = {folder}: must have {error.args[0]} in {RUNS} and {EVALUATIONS}") from None
    except OSError as error:
        raise NotWholeError(f"run = {error.filename}: must be a file that can be read ({reason_of(error)})") from None
    except (ValueError, TypeError, csv.Error) as error:
        raise NotWholeError(f"run = {folder}: must be whole tables, as --keep writes them ({error})") from None


def _read(folder: Path) -> list[ComparedRun]:
    evaluations: dict[str, list[Row]] = {}
    for row in read_table(folder / EVALUATIONS):
        evaluations.setdefault(row["run"], []).append(row)
    rows = read_table(folder / RUNS)
    if {row["run"] for row in rows} != set(evaluations) or not rows:
        raise ValueError(f"{RUNS} and {EVALUATIONS} must be of the same runs")
    return [_from_rows(row, evaluations[row["run"]]) for row in rows]


def _from_rows(row: Row, evaluations: Sequence[Row]) -> ComparedRun:
    columns = {name: np.array([float(one[name]) for one in evaluations]) for name in evaluations[0] if name != "run"}
    if not np.isfinite([float(row["seed"]), *columns[STEP_KEY], *columns["mean_return"]]).all():
        raise ValueError("a seed, a count of steps or a return is not finite")
    if np.isinf(columns["walltime"]).any():
        raise ValueError("a walltime is infinite")
    if (np.diff(columns[STEP_KEY]) <= 0).any():
        raise ValueError(f"{STEP_KEY} of {row['run']} must increase from row to row")
    shlex.split(row["command"])  # Raises a ValueError if it is torn.
    return ComparedRun(
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
        ended_by=row.get("ended_by") or None,
    )

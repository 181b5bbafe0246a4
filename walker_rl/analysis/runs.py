"""What a comparison reads of runs: their evaluations, from run directories or from tables kept of them."""

import dataclasses
import glob
import json
import os
import shlex
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from walker_rl.analysis.final_evaluation import FinalEvaluation, to_row
from walker_rl.analysis.tables import Row, read_table, write_table
from walker_rl.errors import UserError
from walker_rl.experiments.config import flatten, to_dict
from walker_rl.experiments.config_loading import PROVENANCE, load_config
from walker_rl.experiments.run.curve import read_columns
from walker_rl.experiments.run.directory import RunDirectory
from walker_rl.experiments.sweep.job import as_text

RUNS = "runs.csv"
EVALUATIONS = "evaluations.csv"

GROUP_BY = "agent_name"


@dataclasses.dataclass(frozen=True)
class Run:
    """One run's evaluations.

    Attributes:
        name: tells it from the others: its directory's, with the folder's before it where two have the same.
        group: runs compared as seeds of the same: those of an agent and its prior, unless grouped otherwise.
        task: what was played.
        seed: of the run.
        commit: of the code.
        command: that makes such a run.
        actor_steps: at each evaluation, `[E]`.
        walltime: at each evaluation, in seconds, `[E]`; nan where it was not recorded.
        returns: mean of each evaluation's episodes, `[E]`.
        last: final evaluation of the last policy; None if the run is not complete.
        best: final evaluation of the best policy, in the same episodes; None if there is none.
        critic_losses: mean of what the learner logged since the evaluation before, at each evaluation, `[E]`; nan where
            nothing was.
        prior_steps: environment steps of the earlier training, or search, that found the policy which was played first;
            None if there was no such policy.
        directory: of the run; None if all that is known of it is in tables.
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
    prior_steps: int | None = None
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
"""The runs of one task by the name of their group, in its order."""


def read_runs(paths: Sequence[str | Path], group_by: str = GROUP_BY) -> list[Run]:
    """Runs from run directories and from folders that `write_runs` has filled.

    Args:
        paths: of them, or patterns that match some.
        group_by: a field of the configuration, as in `agent.n_step`: each agent's runs with the same value are seeds of
            the same; runs in tables keep their groups.

    Raises:
        UserError: if a path holds neither, a run has no evaluation yet or is given twice, or there is no such field.
    """
    runs = _told_apart([run for path in _expand(paths) for run in _read(path, group_by)])
    for name, count in Counter(run.name for run in runs).items():
        if count > 1:
            raise UserError(f"run = {name}: must be given once")
    return runs


def write_runs(runs: Iterable[Run], folder: Path) -> None:
    """Writes the runs as two tidy tables into `folder`: a row for each run, and one for each evaluation."""
    runs = list(runs)
    scalars = ("group", "task", "seed", "commit", "command", "prior_steps")
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
    """The runs of each task, in groups; both in the order of their names."""
    tasks: dict[str, dict[str, list[Run]]] = {}
    for run in sorted(runs, key=lambda run: (run.task, run.group, run.seed, run.name)):
        tasks.setdefault(run.task, {}).setdefault(run.group, []).append(run)
    return tasks


def last_returns(groups: Groups) -> dict[str, np.ndarray]:
    """Those of the complete runs of each group, `[S]`; no group without any."""
    known = {group: [run.last_return for run in runs if run.last_return is not None] for group, runs in groups.items()}
    return {group: np.array(values) for group, values in known.items() if values}


def _expand(paths: Sequence[str | Path]) -> list[Path]:
    return [Path(match) for path in paths for match in sorted(glob.glob(str(path))) or [str(path)]]


def _told_apart(runs: Sequence[Run]) -> list[Run]:
    """The runs, those in directories of the same name with their folder's before it, as sweeps of two folders have."""
    counts = Counter(run.name for run in runs)
    in_tables = {run.name for run in runs if run.directory is None}
    return [
        run
        if run.directory is None or run.name in in_tables or counts[run.name] == 1
        else dataclasses.replace(run, name=f"{run.directory.resolve().parent.name}/{run.name}")
        for run in runs
    ]


def _read(path: Path, group_by: str) -> list[Run]:
    if os.path.isfile(path / "config.yaml"):  # False, too, where the path can't be looked at; so below
        return [_read_directory(path, group_by)]
    if os.path.isfile(path / RUNS):
        try:
            return _read_tables(path)
        except KeyError as error:
            raise UserError(f"run = {path}: must have {error.args[0]} in {RUNS} and {EVALUATIONS}") from None
        except OSError as error:
            raise UserError(f"run = {error.filename}: must be a file that can be read ({error.strerror})") from None
        except (ValueError, TypeError) as error:
            raise UserError(f"run = {path}: must be whole tables, as --keep writes them ({error})") from None
    raise UserError(f"run = {path}: must be a run directory, or a folder with {RUNS} and {EVALUATIONS}")


def _read_directory(path: Path, group_by: str) -> Run:
    config = yaml.safe_load((path / "config.yaml").read_text())
    run, provenance = RunDirectory(path), config.pop(PROVENANCE, {})
    fields = flatten(config)
    if group_by not in fields:
        raise UserError(f"group_by = {group_by}: must be a field of the configuration; {path} has none such")
    evaluation, timing = read_columns(run.metrics / "evaluation.csv"), read_columns(run.metrics / "timing.csv")
    if not evaluation:
        raise UserError(f"run = {path}: must have an evaluation; it has none yet")
    walltimes = dict(zip(timing["actor_steps"], timing["walltime"], strict=True)) if timing else {}
    final = json.loads(run.summary.read_text()) if run.summary.is_file() else {}
    return Run(
        name=path.resolve().name,
        group=_agent(config, run) if group_by == GROUP_BY else f"{_agent(config, run)}, {fields[group_by]}",
        task=config["task"],
        seed=config["seed"],
        commit=provenance.get("commit", "unknown"),
        command=_command(config["agent_name"], fields, provenance.get("runner", "train")),
        actor_steps=evaluation["actor_steps"],
        walltime=np.array([walltimes.get(steps, np.nan) for steps in evaluation["actor_steps"]]),
        returns=evaluation["mean_return"],
        last=FinalEvaluation.from_summary(final["last"], config["task"]) if final else None,
        best=FinalEvaluation.from_summary(final["best"], config["task"]) if final else None,
        critic_losses=_critic_losses(run.metrics / "learner.csv", evaluation["actor_steps"]),
        prior_steps=run.prior["actor_steps"] if run.prior else None,
        directory=path,
    )


def _agent(config: dict[str, Any], run: RunDirectory) -> str:
    """The agent's name, with that of its prior: "d4pg + gait"."""
    return config["agent_name"] + (f" + {run.prior['name']}" if run.prior else "")


def _critic_losses(path: Path, ends: np.ndarray) -> np.ndarray:
    """Means of the critic's loss over the environment steps up to each of `ends`, from the one before on."""
    learner = read_columns(path)
    if "critic_loss" not in learner:
        return np.full(len(ends), np.nan)
    starts = np.concatenate([[0], ends[:-1]])
    steps, losses = learner["actor_steps"], learner["critic_loss"]
    parts = [losses[(start < steps) & (steps <= end)] for start, end in zip(starts, ends, strict=True)]
    return np.array([part.mean() if len(part) else np.nan for part in parts])


def _command(agent_name: str, fields: dict[str, Any], runner: str) -> str:
    """What to type for such a run: all that differs from the defaults."""
    defaults = flatten(to_dict(load_config(agent_name)))
    changed = [f"{name}={as_text(value)}" for name, value in fields.items() if defaults.get(name) != value]
    return shlex.join(["walker-rl", runner, agent_name, *(word for field in changed for word in ("--set", field))])


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
        prior_steps=int(row["prior_steps"]) if row.get("prior_steps") else None,
    )

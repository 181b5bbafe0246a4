"""The Python API: the names that `import walker_rl` provides. They run the same code as the commands."""

import dataclasses
import json
import os
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from walker_rl.analysis.run_contents import read_settings
from walker_rl.cli import train as command
from walker_rl.cli.request import make_request
from walker_rl.environments import Environment, environment
from walker_rl.environments.catalogue import NO_ARGUMENTS
from walker_rl.errors import RunIsComplete, UserError
from walker_rl.experiments.evaluation import Evaluation, evaluate_saved, load_player
from walker_rl.experiments.run.directory import open_run_directory
from walker_rl.experiments.run.metrics import readable_rows
from walker_rl.experiments.run.summary import Summary, read_summary
from walker_rl.policies.policy_file import SavedPolicy
from walker_rl.pretrained import find_policy

_INTEGER = int | np.integer
"""Integers that the functions take: Python's and NumPy's."""

__all__ = ["Run", "evaluate", "load_policy", "load_run", "make_environment", "train"]


@dataclasses.dataclass(frozen=True)
class Run:
    """A run as data.

    Attributes:
        path: the run directory.
        config: value of each field by its full name, as in `run.config["agent.n_step"]`.
        metrics: arrays `[rows]` by stream and column, as in `run.metrics["evaluation"]["mean_return"]`.
        summary: final evaluations of the best and the last policy; None if the run is not complete.
    """

    path: Path
    config: dict[str, Any]
    metrics: dict[str, dict[str, np.ndarray]]
    summary: Summary | None


def train(
    agent_name: str,
    *,
    config: str | Path | Sequence[str | Path] = (),
    run_dir: str | Path | None = None,
    resume: str | Path | None = None,
    more_steps: int | None = None,
    **fields: Any,
) -> Run:
    """Trains an agent in this process, as `walker-rl train` does; on an interrupt, saves a checkpoint and returns.

    Args:
        agent_name: an agent that `walker-rl list` shows.
        config: YAML file of fields, or several.
        run_dir: directory of the new run; by default `runs/AGENT_TASK_seedSEED_TIME`.
        resume: directory of the run to resume instead.
        more_steps: environment steps by which the run to resume is lengthened.
        **fields: fields of the configuration, which override those of the files. A section is a mapping, as in
            `agent={"n_step": 3}`.

    Returns:
        The run, complete or interrupted.

    Raises:
        UserError: if a field or an option is wrong; no file is left behind.
        RunError: if the run can't continue.
    """
    if threading.current_thread() is not threading.main_thread():
        raise UserError("train: must be called in the main thread, which receives the signals to stop")
    _check("agent", agent_name, str, "a name")
    _check("config", config, str | Path | Sequence, "a YAML file, or several")
    _check("more_steps", more_steps, _INTEGER | None, "an integer")
    request = make_request(
        agent_name,
        config=[_path("config", file) for file in ([config] if isinstance(config, str | Path) else config)],
        overrides=[f"{name}={_as_yaml(name, value)}" for name, value in fields.items()],
        run_dir=None if run_dir is None else _path("run_dir", run_dir),
        resume=None if resume is None else _path("resume", resume),
        more_steps=more_steps,
    )
    environment.forget_tasks()
    try:
        run, _ = command.train(request)
    except RunIsComplete as complete:
        print(complete)
        return load_run(str(resume))
    return load_run(run.path)


def load_policy(policy: str | Path, *, task: str | None = None) -> SavedPolicy:
    """Loads a pretrained policy by its name, the best policy of a run directory, or a policy file.

    Args:
        policy: the name or path.
        task: task of a policy file, if that task's code may be imported.

    Raises:
        UserError: if there is no such policy, or it can't play its task.
    """
    path = find_policy(str(_path("policy", policy)))
    environment.forget_tasks()
    return load_player(path, task, may_import=os.path.isdir(policy))


def make_environment(task: str, seed: int, arguments: Mapping[str, Any] = NO_ARGUMENTS) -> Environment:
    """Makes an environment of a task, constructed with `arguments`, whose episodes follow from `seed`.

    Raises:
        UserError: if there is no such task, it can't be constructed, or `seed` is negative.
    """
    _check("task", task, str, "a name")
    _check("seed", seed, _INTEGER, "an integer")
    _check("arguments", arguments, Mapping, "a mapping of names to values")
    if seed < 0:
        raise UserError(f"seed = {seed}: must be at least 0")
    environment.forget_tasks()
    return environment.make_environment(task, int(seed), json.loads(_as_yaml("arguments", dict(arguments))))


def evaluate(policy: SavedPolicy, *, num_episodes: int = 10, seed: int = 0) -> Evaluation:
    """Plays a policy in its task without exploration, in the same episodes as `walker-rl evaluate`.

    Raises:
        UserError: if `num_episodes` or `seed` is too small.
    """
    _check("policy", policy, SavedPolicy, "a policy that load_policy returned")
    _check("num_episodes", num_episodes, _INTEGER, "an integer")
    _check("seed", seed, _INTEGER, "an integer")
    return evaluate_saved(policy, num_episodes, seed)


def load_run(path: str | Path) -> Run:
    """Reads a run directory, also while it trains.

    Raises:
        UserError: if `path` is no run directory, or a file in it is damaged.
    """
    run = open_run_directory(_path("run", path))
    streams = sorted(file.stem for file in run.metrics.glob("*.csv"))
    return Run(
        path=run.path,
        config=read_settings(run).fields,
        metrics={stream: readable_rows(run.metrics, stream) for stream in streams},
        summary=read_summary(run) if run.summary.exists() else None,
    )


def _check(name: str, value: Any, kinds: Any, what: str) -> None:
    """Checks an argument's type; raises a UserError."""
    if not isinstance(value, kinds):
        raise UserError(f"{name} = {value!r}: must be {what}")


def _path(name: str, value: Any) -> Path:
    """Checks and returns a path; raises a UserError."""
    _check(name, value, str | Path, "a path")
    if "\0" in str(value):
        raise UserError(f"{name} = {str(value)!r}: must be a path, without null characters")
    return Path(value)


def _as_yaml(name: str, value: Any) -> str:
    """Writes a field's value as on the command line; arrays become lists, NumPy's numbers plain, and paths text."""

    def plain(other: Any) -> Any:
        if isinstance(other, np.generic | np.ndarray):
            return other.tolist()
        if isinstance(other, Path):
            return str(other)
        raise UserError(f"{name} = {value!r}: must be a number, a name, a list, a mapping or None")

    try:
        return json.dumps(value, default=plain)
    except (TypeError, ValueError) as error:
        raise UserError(f"{name} = {value!r}: must be made of numbers, texts, lists and mappings ({error})") from None

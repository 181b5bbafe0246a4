"""The Python API: the names that `import walker_rl` provides. They run the same code as the commands."""

import dataclasses
import os
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from walker_rl.analysis.run_contents import read_settings
from walker_rl.cli.policy_argument import existing_policy_file
from walker_rl.cli.request import make_request
from walker_rl.cli.training import train as run_training
from walker_rl.counts import MAX_EPISODES
from walker_rl.environments import Environment, environment
from walker_rl.environments.catalogue import NO_ARGUMENTS
from walker_rl.errors import RunIsComplete, UserError
from walker_rl.evaluation import Evaluation
from walker_rl.experiments.config_loading import as_stored
from walker_rl.experiments.evaluator.saved_policy import evaluate_saved
from walker_rl.experiments.run.directory import open_run_directory
from walker_rl.experiments.run.metrics import readable_rows
from walker_rl.experiments.run.summary import Summary, read_summary
from walker_rl.files.yaml_file import as_text
from walker_rl.policies.player import load_player
from walker_rl.policies.policy_file import SavedPolicy
from walker_rl.pretrained import find_policy, pretrained_names, unlike_a_name

__all__ = ["Run", "evaluate", "load_policy", "load_run", "make_environment", "train"]

_OPTIONS = {
    "steps": "max_actor_steps",
    "for": "max_walltime",
    "until": "target_return",
    "prior": 'agent={"prior": {"policy": "gait"}}',
}
"""The field behind each option of `walker-rl train` that has another name."""


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
    for name in fields:
        if name in _OPTIONS:
            raise UserError(f"{name} = {fields[name]!r}: unknown field; did you mean {_OPTIONS[name]}?")
    request = make_request(
        agent_name,
        config=[_path("config", file) for file in ([config] if isinstance(config, str | Path) else config)],
        overrides=[f"{name}={as_text(_plain(name, value))}" for name, value in fields.items()],
        run_dir=None if run_dir is None else _path("run_dir", run_dir),
        resume=None if resume is None else _path("resume", resume),
        more_steps=None if more_steps is None else _integer("more_steps", more_steps),
    )
    environment.forget_tasks()
    try:
        run, _ = run_training(request)
    except RunIsComplete as complete:
        print(complete)
        return load_run(str(resume))
    return load_run(run.path)


def load_policy(policy: str | Path, *, task: str | None = None) -> SavedPolicy:
    """Loads a pretrained policy by its name, the best policy of a run directory, or a policy file.

    Args:
        policy: the name or path. A string is a path if no pretrained policy has that name; a `Path` always is.
        task: task of a policy file, if that task's code may be imported.

    Raises:
        UserError: if there is no such policy, or it can't play its task.
    """
    path = _path("policy", policy)
    names = [] if isinstance(policy, Path) else pretrained_names()
    file = find_policy(str(path)) if policy in names else existing_policy_file(path, "policy", names)
    environment.forget_tasks()
    return load_player(file, task, may_import=os.path.isdir(policy))


def make_environment(task: str, seed: int, arguments: Mapping[str, Any] = NO_ARGUMENTS) -> Environment:
    """Makes an environment of a task, constructed with `arguments`, whose episodes follow from `seed`.

    Raises:
        UserError: if there is no such task, it can't be constructed, an argument can't be stored with a run, or `seed`
            is negative.
    """
    _check("task", task, str, "a name")
    _check("arguments", arguments, Mapping, "a mapping of names to values")
    checked_seed = _seed(seed)
    environment.forget_tasks()
    return environment.make_environment(task, checked_seed, as_stored("arguments", _plain("arguments", arguments)))


def evaluate(policy: SavedPolicy, *, num_episodes: int = 10, seed: int = 0) -> Evaluation:
    """Plays a policy in its task without exploration, in the same episodes as `walker-rl evaluate`.

    Raises:
        UserError: if `num_episodes` or `seed` is out of range.
        RunError: if a third-party environment fails.
    """
    _check("policy", policy, SavedPolicy, "a policy that load_policy returned")
    episodes = _integer("num_episodes", num_episodes)
    if not 1 <= episodes <= MAX_EPISODES:
        raise UserError(f"num_episodes = {episodes}: must be in [1, {MAX_EPISODES:,}]")
    return evaluate_saved(policy, episodes, _seed(seed))


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


def _integer(name: str, value: Any) -> int:
    """Checks and returns Python's or NumPy's integer; raises a UserError."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer):
        raise UserError(f"{name} = {value!r}: must be an integer")
    return int(value)


def _seed(value: Any) -> int:
    """Checks and returns a seed; raises a UserError."""
    seed = _integer("seed", value)
    if seed < 0:
        raise UserError(f"seed = {seed}: must be at least 0")
    return seed


def _path(name: str, value: Any) -> Path:
    """Checks and returns a path; raises a UserError."""
    _check(name, value, str | Path, "a path")
    if value == "":
        raise UserError(f"{name} = '': must not be empty")
    try:
        is_path = b"\0" not in os.fsencode(value)
    except UnicodeEncodeError:
        is_path = False
    if not is_path:
        raise UserError(f"{name} = {str(value)!r}: must be a path, without null characters or lone surrogates")
    return Path(value)


def _plain(name: str, value: Any) -> Any:
    """Returns a field's value in YAML's types, with lists for arrays and text for paths; raises a UserError."""
    try:
        return _converted(value)
    except (TypeError, RecursionError):
        must_be = "must be made of numbers, strings, lists, None, and mappings of strings to these"
        raise UserError(f"{name} = {value!r}: {must_be}") from None


def _converted(value: Any) -> Any:
    if isinstance(value, np.generic | np.ndarray):
        value = value.tolist()
    if isinstance(value, Mapping) and all(isinstance(key, str) for key in value):
        return {key: _converted(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_converted(item) for item in value]
    if isinstance(value, Path):
        return unlike_a_name(str(value))
    if not isinstance(value, int | float | str | None):
        raise TypeError
    return value

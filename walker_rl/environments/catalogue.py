"""The catalogue of tasks, discovered in gym's registry."""

import dataclasses
import difflib
import functools
import importlib
import importlib.util
import re
import sys
from typing import Any

from walker_rl.environments.quiet import quiet
from walker_rl.errors import UserError

PACKAGES = ("pybullet_envs", "pybulletgym")
FAMILIES = ("locomotion", "pendulum")
NUM_SUGGESTIONS = 3
PYBULLETGYM_SOURCE = "https://github.com/benelot/pybullet-gym"


@dataclasses.dataclass(frozen=True)
class Task:
    """What is known of a task before it is simulated.

    Attributes:
        name: gym's id, as in `Walker2DBulletEnv-v0`.
        family: "locomotion" or "pendulum".
        max_episode_steps: environment steps after which an episode is truncated.
        observation_size: O of observations `[O]`.
        action_size: A of actions `[A]`.
        reward_threshold: the return that the task's authors call solved; None where they say nothing.
    """

    name: str
    family: str
    max_episode_steps: int
    observation_size: int
    action_size: int
    reward_threshold: float | None


def task_names() -> list[str]:
    """Names of all tasks that can be made on this machine, sorted."""
    return sorted(_catalogue())


def find_task(name: str) -> Task:
    """The task called `name`.

    Raises:
        UserError: there is none; the message gives the nearest names, or says how to install the package of `name`.
    """
    catalogue = _catalogue()
    if name in catalogue:
        return catalogue[name]
    if re.search(r"(PyBullet|MuJoCo)Env-v\d+$", name) and importlib.util.find_spec("pybulletgym") is None:
        raise UserError(
            f"task = {name}: needs pybulletgym, which is not on the package index; install it from source: "
            f"git clone {PYBULLETGYM_SOURCE} && pip install -e pybullet-gym"
        )
    names = {known.lower(): known for known in task_names()}
    nearest = difflib.get_close_matches(name.lower(), names, n=NUM_SUGGESTIONS, cutoff=0)
    raise UserError(
        f"task = {name}: unknown; nearest: {', '.join(names[match] for match in nearest)}; see walker-rl list"
    )


def make_gym_environment(task: Task) -> Any:
    """The environment of `task` as gym has it, without any of gym's wrappers.

    gym's own `make` would add a time limit and an API checker that costs about 10 % of the speed.
    """
    with quiet():
        return _construct(_registry()[task.name])


@functools.cache
def _registry() -> dict[str, Any]:
    """The `EnvSpec` of every task by name; imports what registers them."""
    path = list(sys.path)
    with quiet():
        registry = importlib.import_module("gym.envs.registration").registry
    with quiet():  # anew, for importing gym changes the filters of warnings
        for package in PACKAGES:
            if importlib.util.find_spec(package) is not None:
                importlib.import_module(package)
        specs = {name: spec for name, spec in registry.items() if _family(spec)}
        for spec in specs.values():
            importlib.import_module(spec.entry_point.partition(":")[0])
    sys.path[:] = path  # pybullet_envs adds its own folder, whose `agents` and `examples` would answer to those names
    return specs


@functools.cache
def _catalogue() -> dict[str, Task]:
    with quiet():
        return {name: _describe(spec) for name, spec in _registry().items()}


def _describe(spec: Any) -> Task:
    environment = _construct(spec)  # cheap: nothing is simulated before the first reset
    (observation_size,) = environment.observation_space.shape
    (action_size,) = environment.action_space.shape
    return Task(
        name=spec.id,
        family=_family(spec),
        max_episode_steps=spec.max_episode_steps,
        observation_size=observation_size,
        action_size=action_size,
        reward_threshold=spec.reward_threshold,
    )


def _construct(spec: Any) -> Any:
    module, _, class_name = spec.entry_point.partition(":")
    return getattr(importlib.import_module(module), class_name)(**spec.kwargs)


def _family(spec: Any) -> str:
    """The family of a registered environment by the module it lives in, or "" if it is none of ours."""
    module = str(spec.entry_point).partition(":")[0]
    if module.partition(".")[0] in PACKAGES or spec.id == "Pendulum-v1":
        return next((family for family in FAMILIES if family in module), "")
    return ""

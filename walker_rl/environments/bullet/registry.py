"""PyBullet's environments from gym's registry."""

import contextlib
import functools
import importlib
import sys
from collections.abc import Iterator
from typing import Any

from walker_rl.environments.bullet.tasks import PACKAGES
from walker_rl.environments.simulation import Task
from walker_rl.errors import UserError, kind_and_message
from walker_rl.quiet import quiet


def make_gym_environment(task: Task) -> Any:
    """The gym environment of `task`, without gym's wrappers.

    gym's own `make` would add a time limit and an API checker that costs about 10 % of the speed.
    """
    spec = registered(package_of(task))[task.name]
    module, _, class_name = spec.entry_point.partition(":")
    with quiet():
        return getattr(importlib.import_module(module), class_name)(**spec.kwargs)


def package_of(task: Task) -> str:
    """The package that registers `task`."""
    return next(package for package, tasks in PACKAGES.items() if task.name in tasks)


@contextlib.contextmanager
def usable(task: Task) -> Iterator[None]:
    """Reports a failure to import the package of `task`, or to make the task, in one line.

    Raises:
        UserError: if the package is broken, as without its models.
    """
    try:
        yield
    except Exception as error:
        reason = kind_and_message(error)
        raise UserError(
            f"task = {task.name}: {package_of(task)} must be intact ({reason}); walker-rl doctor says more"
        ) from error


@functools.cache
def registered(package: str) -> dict[str, Any]:
    """The `EnvSpec` of each walker and pendulum that a package registers, by name; imports all of them."""
    path = list(sys.path)
    with quiet():
        registry = importlib.import_module("gym.envs.registration").registry
    with quiet():  # again, since importing gym changes the warning filters
        importlib.import_module(package)
        specs = {name: spec for name, spec in registry.items() if _is_ours(spec, package)}
        for spec in specs.values():
            importlib.import_module(spec.entry_point.partition(":")[0])
    sys.path[:] = path  # pybullet_envs adds its own folder, whose `agents` and `examples` would be top-level names
    return specs


def _is_ours(spec: Any, package: str) -> bool:
    module = str(spec.entry_point).partition(":")[0]
    return module.startswith(f"{package}.") and ("locomotion" in module or "pendulum" in module)

"""PyBullet's environments as gym's registry has them."""

import functools
import importlib
import sys
from typing import Any

from walker_rl.environments.bullet.tasks import PACKAGES
from walker_rl.environments.quiet import quiet
from walker_rl.environments.simulation import Task


def make_gym_environment(task: Task) -> Any:
    """The environment of `task` as gym has it, without any of gym's wrappers.

    gym's own `make` would add a time limit and an API checker that costs about 10 % of the speed.
    """
    package = next(package for package, tasks in PACKAGES.items() if task.name in tasks)
    spec = registered(package)[task.name]
    module, _, class_name = spec.entry_point.partition(":")
    with quiet():
        return getattr(importlib.import_module(module), class_name)(**spec.kwargs)


@functools.cache
def registered(package: str) -> dict[str, Any]:
    """The `EnvSpec` of each walker and pendulum that a package registers, by name; imports all of them."""
    path = list(sys.path)
    with quiet():
        registry = importlib.import_module("gym.envs.registration").registry
    with quiet():  # anew, for importing gym changes the filters of warnings
        importlib.import_module(package)
        specs = {name: spec for name, spec in registry.items() if _is_ours(spec, package)}
        for spec in specs.values():
            importlib.import_module(spec.entry_point.partition(":")[0])
    sys.path[:] = path  # pybullet_envs adds its own folder, whose `agents` and `examples` would answer to those names
    return specs


def _is_ours(spec: Any, package: str) -> bool:
    module = str(spec.entry_point).partition(":")[0]
    return module.startswith(f"{package}.") and ("locomotion" in module or "pendulum" in module)

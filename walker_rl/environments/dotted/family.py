"""Environments of your own: MODULE:FUNCTION, which returns a Gymnasium or dm_env environment."""

import inspect
import operator
import os
import re
import sys
from collections.abc import Callable
from typing import Any

import dm_env

from walker_rl.environments.catalogue import family_names
from walker_rl.environments.foreign import ForeignFamily, ForeignSimulation, Refused, adapted, import_module, prepare
from walker_rl.environments.simulation import Arguments
from walker_rl.errors import did_you_mean


def _has(name: str) -> bool:
    is_path = re.fullmatch(r"[^\W\d][\w.]*:[^\W\d][\w.]*", name) is not None
    return is_path and name.partition(":")[0] not in family_names()


def _construct(name: str, arguments: Arguments) -> ForeignSimulation:
    """Calls the task's function with `arguments`."""
    prepare()
    function = _resolve(*name.split(":"))
    options = {"render_mode": "rgb_array"} if _may_return_images(function) else {}
    environment = function(**{**options, **arguments})
    gymnasium = sys.modules.get("gymnasium")
    if gymnasium is not None and isinstance(environment, gymnasium.Env):
        from walker_rl.environments.gymnasium_simulation import GymnasiumSimulation

        return adapted(GymnasiumSimulation, environment)
    if isinstance(environment, dm_env.Environment):
        from walker_rl.environments.dm_env_simulation import DmEnvSimulation

        return adapted(DmEnvSimulation, environment)
    returned = f"{type(environment).__module__}.{type(environment).__qualname__}"
    raise Refused(f"must return a Gymnasium or dm_env environment, not {returned}")


def _may_return_images(function: Callable[..., Any]) -> bool:
    """Returns True if `function` takes a `render_mode`, unless it is a class that declares other modes only."""
    metadata = getattr(function, "metadata", None)
    modes = metadata.get("render_modes") if isinstance(metadata, dict) else None
    return "render_mode" in _parameters(function) and (not modes or "rgb_array" in modes)


def _resolve(module_name: str, path: str) -> Callable[..., Any]:
    """The function or class called `path` in a module, which may be in the current folder."""
    try:
        module = import_module(module_name)
    except ModuleNotFoundError as error:
        if not f"{module_name}.".startswith(f"{error.name}."):
            raise
        near = did_you_mean(module_name, family_names())
        if module_name.endswith(".py"):
            near = f"; did you mean {module_name.removesuffix('.py')}:{path}?"
        raise Refused(f"must be in a module that Python finds in {os.getcwd()} or on its path{near}") from None
    try:
        found: Callable[..., Any] = operator.attrgetter(path)(module)
    except AttributeError:
        where = f"{module_name} ({module.__file__})" if getattr(module, "__file__", None) else module_name
        raise Refused(f"must be in {where}, which has no {path}{did_you_mean(path, vars(module))}") from None
    if not callable(found):
        raise Refused(f"must be a function that makes an environment, not {type(found).__name__}")
    return found


def _parameters(function: Callable[..., Any]) -> tuple[str, ...]:
    try:
        return tuple(inspect.signature(function).parameters)
    except ValueError:  # A function written in C has no signature.
        return ()


_FAMILY = ForeignFamily("python", _has, _construct)
tasks, find_task, make = _FAMILY.tasks, _FAMILY.find_task, _FAMILY.make

"""Tasks of the DeepMind Control Suite: dm_control:DOMAIN-TASK, as in dm_control:walker-walk."""

import importlib
import os
from typing import Any

from walker_rl.environments.drawing import crash_beside_tensorflow
from walker_rl.environments.foreign import ForeignFamily, ForeignSimulation, Refused, adapted, prepare, require_package
from walker_rl.environments.simulation import Arguments
from walker_rl.errors import did_you_mean
from walker_rl.quiet import quiet

PREFIX = "dm_control:"


def _construct(name: str, arguments: Arguments) -> ForeignSimulation:
    """Constructs a task of the suite with `arguments`, such as `time_limit`; imports dm_control."""
    require_package("dm_control")
    with quiet():  # MuJoCo prints notes on its models.
        from walker_rl.environments.dm_env_simulation import DmEnvSimulation

        suite = _import_suite()
        known = {f"{domain}-{task}": (domain, task) for domain, task in suite.ALL_TASKS}
        wanted = name.removeprefix(PREFIX)
        if wanted not in known:
            raise Refused(f"must be DOMAIN-TASK of the suite{did_you_mean(wanted, known)}")
        # Some tasks draw random bodies when they are constructed, so they always get the same seed.
        environment = suite.load(*known[wanted], task_kwargs={"random": 0, **arguments})
        return adapted(DmEnvSimulation, environment)


def _import_suite() -> Any:
    """Imports the suite; turns off MuJoCo's drawing if the machine can't draw, or would crash at the process's end."""
    prepare()
    if crash_beside_tensorflow() is not None:
        return _import_suite_without_drawing()
    try:
        return importlib.import_module("dm_control.suite")
    except (ImportError, AttributeError):  # PyOpenGL raises AttributeError if its library is missing.
        os.environ["MUJOCO_GL"] = "disable"
        return importlib.import_module("dm_control.suite")


def _import_suite_without_drawing() -> Any:
    """Leaves the choice of a backend to the processes that this one starts, which may draw."""
    given = {name: value for name, value in os.environ.items() if name == "MUJOCO_GL"}
    os.environ["MUJOCO_GL"] = "disable"
    try:
        return importlib.import_module("dm_control.suite")
    finally:
        del os.environ["MUJOCO_GL"]
        os.environ.update(given)


_FAMILY = ForeignFamily("dm_control", lambda name: name.startswith(PREFIX), _construct)
tasks, find_task, make = _FAMILY.tasks, _FAMILY.find_task, _FAMILY.make

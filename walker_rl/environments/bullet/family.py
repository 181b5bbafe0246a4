"""PyBullet's robots: those that come with it, and those of pybulletgym where it is installed."""

import importlib.util
import re

from walker_rl.environments.bullet.tasks import PACKAGES
from walker_rl.environments.simulation import Simulation, Task
from walker_rl.errors import UserError

PYBULLETGYM_SOURCE = "https://github.com/benelot/pybullet-gym"


def tasks() -> dict[str, Task]:
    """The tasks of every package that is installed, by name."""
    installed = [package for package in PACKAGES if importlib.util.find_spec(package) is not None]
    return {name: task for package in installed for name, task in PACKAGES[package].items()}


def find_task(name: str) -> None:
    """No task, since all are listed.

    Raises:
        UserError: `name` is one of pybulletgym's, which is not installed.
    """
    if re.search(r"(PyBullet|MuJoCo)Env-v\d+$", name) and importlib.util.find_spec("pybulletgym") is None:
        raise UserError(
            f"task = {name}: needs pybulletgym, which is not on the package index; install it from source: "
            f"git clone {PYBULLETGYM_SOURCE} && pip install -e pybullet-gym"
        )


def make(task: Task) -> Simulation:
    """Constructs a task; imports PyBullet."""
    from walker_rl.environments.bullet.simulation import BulletSimulation

    return BulletSimulation(task)

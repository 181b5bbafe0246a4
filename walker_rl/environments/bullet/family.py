"""PyBullet's own robots, and pybulletgym's if it is installed."""

import re

from walker_rl.environments.bullet import pybulletgym_installation
from walker_rl.environments.bullet.tasks import PACKAGES
from walker_rl.environments.simulation import Arguments, Simulation, Task
from walker_rl.errors import UserError


def tasks() -> dict[str, Task]:
    """The tasks of every package that is installed, by name."""
    is_whole = pybulletgym_installation.find_problem() is None
    return {**PACKAGES["pybullet_envs"], **(PACKAGES["pybulletgym"] if is_whole else {})}


def find_task(name: str, arguments: Arguments) -> None:
    """None, since all tasks are listed.

    Raises:
        UserError: if `name` is one of pybulletgym's tasks that is not installed or not supported.
    """
    if re.fullmatch(r"(Reacher|Pusher|Thrower|Striker)PyBulletEnv-v0", name):
        raise UserError(f"task = {name}: must be a walker or a pendulum; pybulletgym's arms are not supported")
    problem = pybulletgym_installation.find_problem()
    if re.fullmatch(r"\w+(PyBullet|MuJoCo)Env-v\d+", name) and problem is not None:
        raise UserError(f"task = {name}: needs pybulletgym, which {problem}; {pybulletgym_installation.ADVICE}")


def make(task: Task) -> Simulation:
    """Constructs a task; imports PyBullet."""
    from walker_rl.environments.bullet.simulation import BulletSimulation

    return BulletSimulation(task)

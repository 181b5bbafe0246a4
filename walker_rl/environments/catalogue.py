"""The catalogue of tasks. A family of environments is a folder here with a `family.py`, found by listing."""

import functools
import importlib
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol, cast

from walker_rl.environments.simulation import Simulation, Task
from walker_rl.errors import UserError, did_you_mean

LIKENESS = 0.4
"""Least likeness of a suggestion, low enough that "Walker2D" without its ending gets one."""


class Family(Protocol):
    """The functions of a `family.py`; only `make` imports a simulator."""

    def tasks(self) -> Mapping[str, Task]:
        """Tasks that `walker-rl list` shows, by name."""

    def find_task(self, name: str) -> Task | None:
        """An unlisted task; None if `name` belongs to another family.

        Raises:
            UserError: if `name` belongs to this family but cannot be played here; the message says how to fix that.
        """

    def make(self, task: Task) -> Simulation:
        """Constructs a task of this family."""


def task_names() -> list[str]:
    """Names of all tasks that are listed on this machine, sorted."""
    return sorted(name for family in _families() for name in family.tasks())


def find_task(name: str) -> Task:
    """The task called `name`.

    Raises:
        UserError: if there is none; the message gives similar names, or says how to install the package of `name`.
    """
    task, _ = _lookup(name)
    return task


def make_simulation(task: Task) -> Simulation:
    """Constructs a task by its family.

    Raises:
        UserError: if no family knows the name.
    """
    _, family = _lookup(task.name)
    return family.make(task)


def _families() -> list[Family]:
    """One module per family, in the order of their folders' names."""
    folders = sorted(path.parent.name for path in Path(__file__).parent.glob("*/family.py"))
    return [cast(Family, importlib.import_module(f"{__package__}.{folder}.family")) for folder in folders]


@functools.cache
def _lookup(name: str) -> tuple[Task, Family]:
    for family in _families():
        task = family.tasks().get(name) or family.find_task(name)
        if task is not None:
            return task, family
    near = did_you_mean(name, task_names(), cutoff=LIKENESS)
    raise UserError(f"task = {name}: must be one that walker-rl list shows{near}")

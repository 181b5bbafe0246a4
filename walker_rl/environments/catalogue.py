"""The catalogue of tasks. A family of environments is a folder here with a `family.py`, found by listing."""

import contextlib
import dataclasses
import difflib
import functools
import importlib
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol, cast

from walker_rl.environments.simulation import Arguments, Simulation, Task
from walker_rl.errors import UserError, did_you_mean
from walker_rl.field_values import shown

_ENDING = re.compile(r"(py)?(bullet|mujoco)?(env)?(-?v\d+)?$")
"""Ending that many names share, without which a suggestion must resemble the unknown name."""

NO_ARGUMENTS: Arguments = {}


class Family(Protocol):
    """The functions of a `family.py`; `tasks` must not import a simulator."""

    def tasks(self) -> Mapping[str, Task]:
        """Tasks that `walker-rl list` shows, by name; they take no arguments."""

    def find_task(self, name: str, arguments: Arguments) -> Task | None:
        """An unlisted task, constructed with `arguments`; None if `name` belongs to another family.

        Raises:
            UserError: if `name` belongs to this family but cannot be played here; the message says how to fix that.
        """

    def make(self, task: Task) -> Simulation:
        """Constructs a task of this family."""


def family_names() -> list[str]:
    """Names of the families' folders, sorted. A task name that begins with one of them and a colon belongs to it."""
    return sorted(path.parent.name for path in Path(__file__).parent.glob("*/family.py"))


def family_summaries() -> dict[str, str]:
    """The first line of each family's documentation, by the family's name."""
    return {name: (_family(name).__doc__ or "").partition("\n")[0] for name in family_names()}


def task_names() -> list[str]:
    """Names of all tasks that are listed on this machine, sorted."""
    return sorted(_listed())


def imported_module(name: str) -> str | None:
    """The module that a task's name makes `find_task` import, as `a.b` in `a.b:make`; None for other names."""
    prefix, _, rest = name.partition(":")
    module, _, _ = (rest if prefix in family_names() else name).rpartition(":")
    return module or None


def find_listed_task(name: str) -> Task:
    """The listed task called `name`; runs no code of the task.

    Raises:
        UserError: if there is no such task; the message gives similar names.
    """
    if name not in _listed():
        raise _unknown(name)
    return _listed()[name]


def find_task(name: str, arguments: Arguments = NO_ARGUMENTS) -> Task:
    """The task called `name`; an unlisted one is constructed once, with `arguments`, to learn its sizes.

    Raises:
        UserError: if there is no such task, or it can't be constructed; the message gives similar names, the command
            that installs the package of `name`, or the failure.
    """
    return _found(name, json.dumps(arguments, sort_keys=True))


def make_simulation(task: Task) -> Simulation:
    """Constructs a task that the catalogue has found, with its family's `make`."""
    return _family(task.family).make(task)


def forget_sizes() -> None:
    """Forgets all tasks' sizes; a task is constructed anew when its sizes are next needed."""
    _found.cache_clear()


def _family(name: str) -> Family:
    return cast(Family, importlib.import_module(f"{__package__}.{name}.family"))


def _listed() -> dict[str, Task]:
    return {
        name: dataclasses.replace(task, family=family)
        for family in family_names()
        for name, task in _family(family).tasks().items()
    }


@functools.cache
def _found(name: str, arguments: str) -> Task:
    """The task called `name`; `arguments` are JSON, since a cache's keys can't be mappings."""
    given: Arguments = json.loads(arguments)
    if (task := _listed().get(name)) is not None:
        if given:
            key, value = next(iter(given.items()))
            raise UserError(f"environment.{key} = {shown(value)}: must not be given; {name} takes no arguments")
        return task
    for family in family_names():
        if (task := _family(family).find_task(name, given)) is not None:
            return dataclasses.replace(task, family=family)
    raise _unknown(name, _with_prefix(name))


def _with_prefix(name: str) -> list[str]:
    """The tasks that `name` would be with a family's name before it, as in "gymnasium:Walker2d-v5"."""
    found = []
    for family in family_names() if ":" not in name else ():
        with contextlib.suppress(UserError):
            if _family(family).find_task(f"{family}:{name}", NO_ARGUMENTS) is not None:
                found.append(f"{family}:{name}")
    return found


def _similar(name: str) -> list[str]:
    """The listed tasks whose names resemble `name`, both without their endings."""
    beginnings = {one: _ENDING.sub("", one.lower()) for one in task_names()}
    near = difflib.get_close_matches(_ENDING.sub("", name.lower()), sorted({*beginnings.values()}))
    return [one for one, beginning in beginnings.items() if beginning in near]


def _unknown(name: str, meant: Sequence[str] = ()) -> UserError:
    near = f"; did you mean {' or '.join(meant)}?" if meant else did_you_mean(name, _similar(name), cutoff=0.0)
    return UserError(f"task = {name or repr(name)}: must be one that walker-rl list shows{near}")

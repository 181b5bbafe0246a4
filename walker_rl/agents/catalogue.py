"""The catalogue of agents: every folder here with a `config.py`, and every installed package with an entry point."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import importlib
import inspect
import json
import operator
import re
import typing
from collections.abc import Callable, Iterator
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Any

from walker_rl.errors import RunError, UserError, described, did_you_mean, place_of
from walker_rl.field_values import shown
from walker_rl.search_space import Range, SearchSpace

if TYPE_CHECKING:  # These import NumPy.
    from walker_rl.agents.builder import Builder
    from walker_rl.interfaces import EnvironmentSpec

ENTRY_POINTS = "walker_rl.agents"
"""Group of entry points. Each gives an agent's name and its package, which has the modules of a folder here."""

_NAME = re.compile(r"[a-z][a-z0-9_]*")

_NUMBERS = ("min_steps_to_learn", "target_samples_per_insert")
"""Members of every `Config` that are numbers."""

_MEMBERS = ("display_name", "paper", *_NUMBERS)
"""Members that every `Config` has."""


@dataclasses.dataclass(frozen=True)
class _Found:
    """The package of each agent by its name, and an error line for each entry point that is no agent."""

    packages: dict[str, str]
    left_out: dict[str, str]


@functools.cache
def _found() -> _Found:
    own = sorted(path.parent.name for path in Path(__file__).parent.glob("*/config.py"))
    packages = {name: f"{__package__}.{name}" for name in own}
    left_out = {}
    for name, package in sorted((entry.name, entry.value) for entry in entry_points(group=ENTRY_POINTS)):
        if name in packages:
            left_out[name] = f"agent = {name}: must have another name in {package}; {packages[name]} has this one"
        elif not _NAME.fullmatch(name):
            left_out[name] = f"agent = {name}: must be lower-case letters, digits and underscores, in {package}"
        elif package.startswith(f"{__package__}."):
            left_out[name] = f"agent = {name}: must be in a package of its own, not in {package}"
        else:
            packages[name] = package
    return _Found(dict(sorted(packages.items())), left_out)


def agent_names() -> list[str]:
    """Names of all agents, sorted; an agent of another package may fail to be imported."""
    return list(_found().packages)


def left_out() -> dict[str, str]:
    """An error line for each entry point whose name is taken or not allowed, by that name."""
    return _found().left_out


def config_class(agent_name: str) -> type:
    """The frozen dataclass of an agent's hyperparameters; imports nothing heavy.

    Raises:
        UserError: if there is no such agent, or it is another package's and can't be imported.
    """
    config: type = _load(agent_name, "config", "Config", _check_config)
    return config


def display_name(agent_name: str) -> str:
    """An agent's name as papers write it, for figures; `agent_name` if no such agent can be imported."""
    try:
        config: Any = config_class(agent_name)
    except UserError:
        return agent_name
    return str(config.display_name)


def agent_summary(agent_name: str) -> str:
    """The agent in one line: the first line of its configuration's docstring.

    Raises:
        UserError: if the agent is another package's, and can't be imported.
    """
    return (inspect.getdoc(config_class(agent_name)) or "").partition("\n")[0]


def search_space(agent_name: str) -> SearchSpace:
    """Ranges of the agent's hyperparameters for a search; imports nothing heavy.

    Raises:
        UserError: if the agent is another package's, and can't be imported or has no such ranges.
    """

    def check(loaded: Any) -> None:
        _check_search_space(loaded, config_class(agent_name)())

    space: SearchSpace = _load(agent_name, "search_space", "SEARCH_SPACE", check)
    return space


def make_builder(agent_name: str, config: Any, spec: EnvironmentSpec) -> Builder[Any]:
    """The agent's builder for environments of `spec`.

    Raises:
        UserError: if the agent is another package's, and can't be imported.
    """
    builder: Builder[Any] = _load(agent_name, "builder", "Builder")(config, spec)
    return builder


def check_members(config: Any) -> None:
    """Raises an exception of any kind if a member of an agent's configuration can't be read or is not a number."""
    for member in _NUMBERS:
        value = getattr(config, member)
        if not isinstance(value, (int, float)):
            raise TypeError(f"{member} must be a number, not {value!r}")


@contextlib.contextmanager
def calling(agent_name: str, kind: type[Exception] = UserError) -> Iterator[None]:
    """Reports a failure of another package's agent in one line, with its place there; our own agents keep tracebacks.

    Raises:
        Exception: an error of this `kind`, if the agent raises any but a UserError, a RunError, or an OSError outside
            its package.
    """
    package = _package(agent_name)
    try:
        yield
    except (UserError, RunError, KeyboardInterrupt):
        raise
    except BaseException as error:
        if _is_ours(package) or (isinstance(error, OSError) and not place_of(error, package)):
            raise
        raise kind(f"agent = {agent_name}: {package} failed with {described(error, package)}") from error


def _package(agent_name: str) -> str:
    packages = _found().packages
    if agent_name not in packages:
        near = did_you_mean(agent_name, packages)
        raise UserError(f"agent = {shown(agent_name)}: must be one of {', '.join(packages)}{near}")
    return packages[agent_name]


def _is_ours(package: str) -> bool:
    return package.startswith(f"{__package__}.")


def _check_config(config: type) -> None:
    """Raises an exception of any kind if `config` lacks a member, a type or a default, or has a wrong one."""
    for member in _MEMBERS:
        getattr(config, member)
    typing.get_type_hints(config)
    defaults = config()
    json.dumps(dataclasses.asdict(defaults))
    check_members(defaults)


def _check_search_space(space: Any, defaults: Any) -> None:
    """Raises an exception of any kind if `space` does not map fields to ranges."""
    for name, one in space.items():
        operator.attrgetter(name)(defaults)
        if not isinstance(one, Range):
            raise TypeError(f"{name} must be Floats, Integers or Choices, not {one!r}")


def _load(agent_name: str, module: str, attribute: str, check: Callable[[Any], None] = lambda loaded: None) -> Any:
    """Imports `attribute` from one of an agent's modules, and checks it."""
    package = _package(agent_name)
    try:
        loaded = getattr(importlib.import_module(f"{package}.{module}"), attribute)
        check(loaded)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # Another package's code may raise anything.
        if _is_ours(package):
            raise
        reason = described(error, package)
        raise UserError(f"agent = {agent_name}: {package}.{module} must have {attribute} ({reason})") from error
    return loaded

"""A guard around the parts of other packages' agents: one-line errors, and checks of what they return."""

import reprlib
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from walker_rl.agents.acting import Actor
from walker_rl.agents.builder import Builder
from walker_rl.agents.foreign import AgentError, ForeignAgent
from walker_rl.agents.learner import Learner
from walker_rl.errors import UserError
from walker_rl.policies.policy_file import ARCHITECTURES
from walker_rl.replay.interface import Layout, Replay

Rule = Callable[[Any], Any]
"""A check of a member's value: returns the value, maybe guarded in turn, or raises `Wrong`."""

WITHIN_TRAINING = ("steps_due", "samples_per_insert")
"""The builder's members that are called within a training."""

PLAIN = (str, int, float, type(None))
"""Types of a state's values that are neither arrays nor nested."""


class Wrong(Exception):
    """Raised for a value that a member must not have; the message says what it must be."""


class Guarded:
    """A part of another package's agent, such as its learner."""

    def __init__(self, part: Any, contract: type, rules: Mapping[str, Rule | None], agent: ForeignAgent):
        """Guards each member of `part` by its rule; those whose rule is None must only be there.

        Args:
            part: the part.
            contract: class that says which members are methods.
            rules: rules by the member's name.
            agent: the agent that the part belongs to.

        Raises:
            Wrong: if a member is missing.
        """
        self._part = part
        self._contract = contract
        self._rules = rules
        self._agent = agent
        missing = [name for name in rules if not hasattr(type(part), name) and not hasattr(part, name)]
        if missing:
            raise Wrong(f"an object with {', '.join(missing)}")

    def __getattr__(self, name: str) -> Any:
        """A member of the part, guarded if it has a rule."""
        rule = self._rules.get(name)
        if rule is None:
            return getattr(self._part, name)
        is_method = callable(getattr(self._contract, name))
        kind = UserError if self._contract is Builder and name not in WITHIN_TRAINING else AgentError

        def guarded(*positional: Any, **named: Any) -> Any:
            with self._agent.calling(kind):
                member = getattr(self._part, name)
                value = member(*positional, **named) if is_method else member
                try:
                    return rule(value)
                except Wrong as wrong:
                    place = f"{_path(type(self._part))}.{name} must {'return' if is_method else 'be'}"
                    raise kind(f"agent = {self._agent.name}: {place} {wrong}, not {reprlib.repr(value)}") from None

        return guarded if is_method else guarded()


def guarded_builder(builder: Any, agent: ForeignAgent) -> Any:
    """Guards a builder, and the replay, the learner and the actors that it makes.

    Raises:
        UserError: if the builder lacks a member.
    """

    def guard(contract: type, rules: Mapping[str, Rule | None]) -> Rule:
        return lambda part: Guarded(part, contract, rules, agent)

    rules = {
        **_BUILDER,
        "make_replay": guard(Replay, _REPLAY),
        "make_learner": guard(Learner, {**_LEARNER, "get_variables": lambda value: _weights(value, builder)}),
        "make_actor": guard(Actor, {**_ACTOR, "select_action": lambda value: _action(value, builder)}),
    }
    try:
        return Guarded(builder, Builder, rules, agent)
    except Wrong as wrong:
        raise UserError(f"agent = {agent.name}: {_path(type(builder))} must make {wrong}") from None


def _path(kind: type) -> str:
    return f"{kind.__module__}.{kind.__qualname__}"


def _must_be(words: str, is_right: Callable[[Any], bool]) -> Rule:
    def rule(value: Any) -> Any:
        if not is_right(value):
            raise Wrong(words)
        return value

    return rule


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float, np.number)) or (np.shape(value) == () and hasattr(value, "__float__"))


def _is_count(value: Any) -> bool:
    return isinstance(value, (int, np.integer)) and int(value) >= 0


def _is_metrics(value: Any) -> bool:
    return isinstance(value, Mapping) and all(isinstance(name, str) and _is_number(one) for name, one in value.items())


def _is_state(value: Any) -> bool:
    if isinstance(value, dict):
        return all(isinstance(name, str) and _is_state(one) for name, one in value.items())
    if isinstance(value, (list, tuple)):
        return all(isinstance(one, PLAIN) for one in value)
    return isinstance(value, PLAIN) or (isinstance(value, np.ndarray) and value.dtype.kind in "biuf")


def _weights(value: Any, builder: Any) -> Any:
    """A rule for lists of weights by name."""
    try:
        for variables in value:
            builder.architecture.check_weights(variables)
    except (AttributeError, TypeError, ValueError) as error:
        raise Wrong(f"the weights that the architecture has, in a list ({error})") from None
    return value


def _action(value: Any, builder: Any) -> Any:
    """A rule for actions."""
    shape = builder.spec.actions.shape
    numbers = np.asarray(value)
    if numbers.shape != shape or numbers.dtype.kind not in "fiu" or not np.isfinite(numbers).all():
        raise Wrong(f"an action of {shape[0]} finite numbers")
    return value


_anything = _must_be("", lambda value: True)
_count = _must_be("an integer of at least 0", _is_count)
_array = _must_be("an array of numbers", lambda value: isinstance(value, np.ndarray) and value.dtype.kind in "fiu")
_state = _must_be(
    "a mapping of names to arrays, numbers, texts, lists and mappings of these",
    lambda value: isinstance(value, dict) and _is_state(value),
)

_BUILDER: dict[str, Rule | None] = {
    "num_environments": _must_be("an integer of at least 1", lambda value: _is_count(value) and value > 0),
    "architecture": _must_be(
        f"a {' or '.join(kind.__name__ for kind in ARCHITECTURES)}", lambda value: isinstance(value, ARCHITECTURES)
    ),
    "num_bytes": _must_be("a number", _is_number),
    "layout": _must_be("a Layout", lambda value: isinstance(value, Layout)),
    "make_networks": _anything,
    "make_policy": _anything,
    "make_adder": _anything,
    "make_dataset": _anything,
    "steps_due": _count,
    "samples_per_insert": _must_be("a number or None", lambda value: value is None or _is_number(value)),
}
_REPLAY: dict[str, Rule | None] = {
    "num_inserted": _count,
    "size": _count,
    "insert": _anything,
    "make_dataset": _anything,
    "save": _state,
    "restore": None,
    "close": _anything,
}
_LEARNER: dict[str, Rule | None] = {
    "step": _must_be("a mapping of names to numbers", _is_metrics),
    "learner_steps": _count,
    "policy_weights": _array,
    "evaluated_weights": _array,
    "save": _state,
    "restore": None,
}
_ACTOR: dict[str, Rule | None] = {
    "observe_first": _anything,
    "observe": _anything,
    "update": _anything,
    "count_steps": _anything,
    "save": _state,
    "restore": None,
}

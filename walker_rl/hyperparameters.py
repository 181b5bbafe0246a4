"""Documented, range-checked fields for the frozen dataclasses of the configuration.

Imports nothing heavy, so that `--help` can list every hyperparameter at once.
"""

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from walker_rl.field_values import annotations, shown
from walker_rl.schedules import Linear

LARGEST = 1e12
"""Largest absolute value that any field takes; a larger one is a slip."""

MAX_LENGTH = 100
"""Most values in a list."""


@dataclasses.dataclass(frozen=True)
class Allowed:
    """A field's meaning, unit and allowed values."""

    meaning: str
    unit: str = ""
    minimum: float | None = None
    maximum: float | None = None
    above: float | None = None
    choices: tuple[str, ...] = ()

    def permits(self, value: Any) -> bool:
        """True if every number or name in `value` (a scalar or a tuple) is allowed; None always is."""
        if value is None:
            return True
        if isinstance(value, Linear):
            # A learning rate may fall to zero, but not begin there.
            ends_well = self.permits(value.last) or value.last == self.above
            return self.permits(value.first) and ends_well and 0 <= value.begin < value.end <= LARGEST
        if isinstance(value, tuple):
            return 0 < len(value) <= MAX_LENGTH and all(self.permits(item) for item in value)
        if self.choices:
            return value in self.choices
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return True
        return (
            abs(value) <= LARGEST  # also False for nan
            and (self.minimum is None or value >= self.minimum)
            and (self.maximum is None or value <= self.maximum)
            and (self.above is None or value > self.above)
        )

    def describe(self) -> str:
        """The allowed values in words, as in "at least 1" or "in [0, 1]"; "" if all of the type are."""
        if self.choices:
            return "one of " + ", ".join(self.choices)
        if self.minimum is not None and self.maximum is not None:
            return f"in [{self.minimum:g}, {self.maximum:,g}]"
        if self.above is not None and self.maximum is not None:
            return f"in ({self.above:g}, {self.maximum:g}]"
        if self.minimum is not None:
            return f"at least {self.minimum:g}"
        if self.above is not None:
            return f"greater than {self.above:g}"
        return ""


def hyperparameter(default: Any, meaning: str, **allowed: Any) -> Any:
    """A dataclass field with its `Allowed` attached; keywords are those of `Allowed`."""
    return dataclasses.field(default=default, metadata={"allowed": Allowed(meaning, **allowed)})


def changed(config_class: Any, name: str, default: Any) -> Any:
    """The field `name` of another configuration, with another default."""
    return dataclasses.field(default=default, metadata=config_class.__dataclass_fields__[name].metadata)


def arguments(meaning: str) -> Any:
    """A dataclass field of values by names that its user chooses, none by default."""
    return dataclasses.field(default_factory=dict, hash=False, metadata={"allowed": Allowed(meaning)})


def allowed(field: dataclasses.Field) -> Allowed | None:
    """The `Allowed` of a field, or None for a field that is not a hyperparameter."""
    return field.metadata.get("allowed")


class Leaf(NamedTuple):
    """A field whose value is not a section.

    Attributes:
        name: the field's name with those of its sections, as in "agent.n_step".
        value: the field's value.
        annotation: the field's type.
        field: the field in its section's dataclass.
    """

    name: str
    value: Any
    annotation: Any
    field: dataclasses.Field


def leaves(config: Any, prefix: str = "") -> Iterator[Leaf]:
    """Yields the fields of `config` and its sections, in their order, with `prefix` before their names."""
    for field in dataclasses.fields(config):
        value, name = getattr(config, field.name), f"{prefix}{field.name}"
        if dataclasses.is_dataclass(value):
            yield from leaves(value, f"{name}.")
        else:
            yield Leaf(name, value, annotations(type(config))[field.name], field)  # type: ignore[arg-type]


def replaced(config: Any, values: Mapping[str, Any], prefix: str = "") -> Any:
    """Returns `config` with new values of the fields of itself and its sections, by their names after `prefix`."""
    changes = {}
    for field in dataclasses.fields(config):
        value, name = getattr(config, field.name), f"{prefix}{field.name}"
        if dataclasses.is_dataclass(value):
            changes[field.name] = replaced(value, values, f"{name}.")
        elif name in values:
            changes[field.name] = values[name]
    return dataclasses.replace(config, **changes)


def problems(config: Any, prefix: str = "") -> Iterator[str]:
    """Yields one line for each value of `config` and its sections that is not allowed.

    A class adds rules between fields with a method `conflicts`, which yields `(field name, what is allowed)`.
    """
    for field in dataclasses.fields(config):
        value = getattr(config, field.name)
        rule = allowed(field)
        if dataclasses.is_dataclass(value):
            yield from problems(value, f"{prefix}{field.name}.")
        elif rule is not None and not rule.permits(value):
            yield f"{prefix}{field.name} = {shown(value)}: must be {_must_be(value, rule)}"
    for name, must_be in getattr(config, "conflicts", lambda: ())():
        yield f"{prefix}{name} = {shown(getattr(config, name))}: must be {must_be}"


def reset_in_turn(config: Any) -> Iterator[tuple[str, str, Any]]:
    """Yields name, value in words, and `config` with the default, for each number or list that differs from it."""
    for name, value, _, field in leaves(config):
        if isinstance(field.default, (int, float, tuple)) and value != field.default:
            yield name, shown(value), replaced(config, {name: field.default})


def _must_be(value: Any, rule: Allowed) -> str:
    if value == ():
        return "a list of one or more"
    numbers = value if isinstance(value, tuple) else (value,)
    if len(numbers) > MAX_LENGTH:
        return f"a list of at most {MAX_LENGTH}"
    has_lower_bound = rule.minimum is not None or rule.above is not None
    sizes = (number if has_lower_bound else abs(number) for number in numbers if isinstance(number, (int, float)))
    if rule.maximum is None and any(size > LARGEST for size in sizes):
        return f"at most {LARGEST:g}" + ("" if has_lower_bound else " in size")
    words = rule.describe() or "a finite number"
    return f"{words} in its values, with 0 <= begin < end <= {LARGEST:g}" if isinstance(value, Linear) else words

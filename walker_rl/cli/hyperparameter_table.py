"""Descriptions of all fields of a configuration, for `--help` and the documentation."""

import dataclasses
import typing
from collections.abc import Iterator
from typing import Any

from walker_rl.field_values import shown
from walker_rl.hyperparameters import allowed
from walker_rl.schedules import Schedule


def hyperparameter_rows(config: Any, prefix: str = "") -> Iterator[tuple[str, str, str]]:
    """Yields name, default and meaning, with unit and allowed values, of each field of `config` and its sections."""
    types = typing.get_type_hints(type(config))
    for field in dataclasses.fields(config):
        value = getattr(config, field.name)
        rule = allowed(field)
        if dataclasses.is_dataclass(value):
            yield from hyperparameter_rows(value, f"{prefix}{field.name}.")
        elif rule is not None:
            unit = f" ({rule.unit})" if rule.unit else ""
            range_ = f"; {rule.describe()}" if rule.describe() else ""
            schedule = "; or a schedule" if types[field.name] in (Schedule, Schedule | None) else ""
            yield f"{prefix}{field.name}", shown(value), f"{rule.meaning}{unit}{range_}{schedule}"

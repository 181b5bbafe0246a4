"""Descriptions of all fields of a configuration, for `--help` and the documentation."""

from collections.abc import Iterator
from typing import Any

from walker_rl.field_values import shown
from walker_rl.hyperparameters import allowed, leaves
from walker_rl.schedules import Schedule


def hyperparameter_rows(config: Any, prefix: str = "") -> Iterator[tuple[str, str, str]]:
    """Yields name, default and meaning, with unit and allowed values, of each field of `config` and its sections."""
    for name, default, annotation, field in leaves(config, prefix):
        if rule := allowed(field):
            unit = f" ({rule.unit})" if rule.unit else ""
            range_ = f"; {rule.describe()}" if rule.describe() else ""
            schedule = "; or a schedule" if annotation in (Schedule, Schedule | None) else ""
            yield name, shown(default), f"{rule.meaning}{unit}{range_}{schedule}"

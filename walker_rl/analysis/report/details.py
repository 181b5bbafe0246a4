"""Details of runs for a report, besides their metrics: settings, versions, machine."""

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from walker_rl.analysis.run_contents import read_settings
from walker_rl.experiments.run.directory import RunDirectory
from walker_rl.field_values import shown

LEFT_OUT = ("agent_name", "seed", "task")
"""Fields that the table of runs already shows."""

Table = Mapping[str, Any]
"""Values by field."""


@dataclasses.dataclass(frozen=True)
class Details:
    """Details of one run directory.

    Attributes:
        settings: all fields of the configuration.
        provenance: the run's origin: commit, versions, machine.
        video: GIF of its best policy, if there is one.
    """

    settings: Table
    provenance: Table
    video: Path | None


def read_details(directory: Path) -> Details:
    """Reads the details of the run in `directory`."""
    run = RunDirectory(directory)
    settings = read_settings(run)
    origins = {name: value for name, value in settings.origins.items() if name != "run_id"}
    return Details(settings.fields, origins, run.best_video if run.best_video.exists() else None)


def differing(tables: Mapping[str, Sequence[Table]]) -> list[tuple[str, list[str]]]:
    """Fields that differ between groups, are missing from some (not from all but one), or vary within a group.

    Returns:
        For each field, in order, its name and each group's values: "-" for none, several separated by commas.
    """
    rows = []
    for field, values in _fields(tables).items():
        known = [of_group for of_group in values if of_group]
        in_some = 1 < len(known) < len(values)
        if in_some or any(len(of_group) > 1 for of_group in known) or len({tuple(one) for one in known}) > 1:
            rows.append((field, [", ".join(of_group) or "-" for of_group in values]))
    return rows


def owned(tables: Mapping[str, Sequence[Table]]) -> list[tuple[str, str]]:
    """Returns the fields that only one of several groups has, with the group's name in front, and their values."""
    rows = []
    for field, values in _fields(tables).items():
        owners = [(group, of_group) for group, of_group in zip(tables, values, strict=True) if of_group]
        if len(owners) == 1 < len(tables) and len(owners[0][1]) == 1:
            rows.append((f"{owners[0][0]}: {field}", owners[0][1][0]))
    return sorted(rows)


def common(tables: Sequence[Table]) -> list[tuple[str, str]]:
    """Returns the fields that have the same value in all tables, with the value."""
    if not tables:
        return []
    first, *others = tables
    same = [pair for pair in first.items() if all(pair in one.items() for one in others)]
    return [(field, shown(value)) for field, value in same]


def _fields(tables: Mapping[str, Sequence[Table]]) -> dict[str, list[list[str]]]:
    """Returns, for each field in order, the distinct values in each group, "-" for runs without it; none if all are."""
    names = sorted({field for of_group in tables.values() for table in of_group for field in table} - {*LEFT_OUT})
    return {
        name: [
            list(dict.fromkeys(shown(one[name]) if name in one else "-" for one in of_group))
            if any(name in one for one in of_group)
            else []
            for of_group in tables.values()
        ]
        for name in names
    }

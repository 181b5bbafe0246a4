"""The report of the measurements, as text and as JSON."""

import dataclasses
import json
import platform
import statistics
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from walker_rl.experiments.run.provenance import processor
from walker_rl.processes.slots import usable_cpus
from walker_rl.runtime import machine_memory

COLUMNS = ("ours", "", "against", "", "ratio", "to reach")


class Line(Protocol):
    """A line of a table; lines with the same columns belong to one table."""

    @property
    def columns(self) -> tuple[str, ...]: ...

    def cells(self) -> tuple[str, ...]: ...

    def to_dict(self) -> dict[str, Any]: ...


@dataclasses.dataclass(frozen=True)
class Row:
    """One line of the table of ratios.

    Attributes:
        name: name of our measurement.
        unit: unit of all values.
        values: our values, by round.
        against: name of the compared measurement; "" if there is none.
        other_values: values of `against`, by round.
        target: ratio to reach, or value to reach without a comparison; None if there is no target.
        at_most: whether less is better.
    """

    name: str
    unit: str
    values: list[float]
    against: str = ""
    other_values: list[float] = dataclasses.field(default_factory=list)
    target: float | None = None
    at_most: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        return COLUMNS

    @property
    def ratios(self) -> list[float]:
        """Ratio of our value to theirs in each round; empty without a comparison."""
        if not self.other_values:
            return []
        return [ours / theirs for ours, theirs in zip(self.values, self.other_values, strict=True)]

    def cells(self) -> tuple[str, ...]:
        """Returns the cells for `COLUMNS`."""
        target = "" if self.target is None else f"{'at most' if self.at_most else 'at least'} {self.target:g}"
        against = spread(self.other_values, self.unit) if self.other_values else ""
        return self.name, spread(self.values, self.unit), self.against, against, spread(self.ratios), target

    def to_dict(self) -> dict[str, Any]:
        """Returns all values and their medians."""
        fields = dataclasses.asdict(self)
        medians = {"median": self.values, "other_median": self.other_values, "ratio_median": self.ratios}
        return fields | {name: statistics.median(values) for name, values in medians.items() if values}


def spread(values: Sequence[float], unit: str = "") -> str:
    """Formats median and range, with three digits each."""
    if not values:
        return ""
    text = number(statistics.median(values))
    if len(values) > 1:
        text += f" ({number(min(values))} to {number(max(values))})"
    return f"{text} {unit}".rstrip()


def number(value: float) -> str:
    """Formats a number with three digits, or more if they are before the point."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def machine() -> dict[str, Any]:
    """Facts about this machine that affect the numbers."""
    return {
        "processor": processor(),
        "cores": usable_cpus(),
        "memory_gib": round(machine_memory() / 2**30, 1),
        "kernel": platform.release(),
        "python": platform.python_version(),
    }


def to_text(parts: Mapping[str, Sequence[Line]], notes: Sequence[str], rounds: int) -> str:
    """Writes aligned Markdown tables, one for all rows with the same columns."""
    about = machine()
    turns = "1 round" if rounds == 1 else f"{rounds} rounds (memory: one)"
    lines = [
        f"{about['cores']} cores ({about['processor']}), {about['memory_gib']} GiB; {turns}; "
        "medians (and ranges); each ratio is the median over rounds of ours to theirs.",
    ]
    tables: dict[tuple[str, ...], list[tuple[str, ...]]] = {}
    for part, rows in parts.items():
        for row in rows:
            tables.setdefault(row.columns, []).append((part, *row.cells()))
    for columns, cells in tables.items():
        lines += ["", *_table([("part", *columns), ("---",) * (len(columns) + 1), *cells])]
    return "\n".join([*lines, *(f"\n{note}" for note in notes)]) + "\n"


def _table(cells: Sequence[tuple[str, ...]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return [f"| {' | '.join(map(str.ljust, row, widths))} |" for row in cells]


def write(folder: Path, parts: Mapping[str, Sequence[Line]], notes: Sequence[str], rounds: int) -> None:
    """Writes `table.md` and `table.json`."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "table.md").write_text(to_text(parts, notes, rounds))
    content = {
        "machine": machine(),
        "rounds": rounds,
        "parts": {part: [row.to_dict() for row in rows] for part, rows in parts.items()},
        "notes": list(notes),
    }
    (folder / "table.json").write_text(json.dumps(content, indent=2) + "\n")

"""Tidy tables as CSV: a row is a dict, None an empty cell."""

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

Row = dict[str, Any]


def write_table(path: Path, rows: Sequence[Row]) -> None:
    """Writes rows that have the same columns, numbers to six significant digits; no rows, no header.

    A file that is there stays as it is until the new one is whole.
    """
    part = path.with_name(path.name + ".part")
    with part.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]) if rows else [], lineterminator="\n")
        writer.writeheader()
        for row in rows:
            writer.writerow({key: _rounded(value) for key, value in row.items()})
    part.replace(path)


def read_table(path: Path) -> list[Row]:
    """The rows of a file as text."""
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def _rounded(value: Any) -> Any:
    return float(f"{value:.6g}") if isinstance(value, float) else value

"""Tidy tables as CSV: a row is a dict, None an empty cell."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from walker_rl.whole_file import write_whole_text

Row = dict[str, Any]


def write_table(path: Path, rows: Sequence[Row]) -> None:
    """Writes rows that have the same columns, numbers to six significant digits; no rows, no header.

    A file that is there stays as it is until the new one is whole.
    """
    table = io.StringIO()
    writer = csv.DictWriter(table, list(rows[0]) if rows else [], lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({key: _rounded(value) for key, value in row.items()})
    write_whole_text(path, table.getvalue())


def read_table(path: Path) -> list[Row]:
    """The rows of a file as text."""
    with path.open(newline="", encoding="utf-8", errors="surrogateescape") as file:
        return list(csv.DictReader(file))


def _rounded(value: Any) -> Any:
    return float(f"{value:.6g}") if isinstance(value, float) else value

"""Tidy tables as CSV: a row is a dict, None an empty cell."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from walker_rl.whole_file import write_whole_text

Row = dict[str, Any]

_FORMULA = tuple("=+-@\t\r'")
"""Beginnings of a text that a spreadsheet may take for a formula, and the mark that says it is none."""


def write_table(path: Path, rows: Sequence[Row]) -> None:
    """Writes rows that have the same columns, numbers to six significant digits; no rows, no header.

    A text that a spreadsheet would take for a formula gets a "'" in front, which `read_table` takes away.
    A file that is there stays as it is until the new one is whole.
    """
    table = io.StringIO()
    writer = csv.DictWriter(table, list(rows[0]) if rows else [], lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({key: _cell(value) for key, value in row.items()})
    write_whole_text(path, table.getvalue())


def read_table(path: Path) -> list[Row]:
    """The rows of a file as text."""
    with path.open(newline="", encoding="utf-8", errors="surrogateescape") as file:
        return [{name: _text(cell) for name, cell in row.items()} for row in csv.DictReader(file)]


def _cell(value: Any) -> Any:
    if isinstance(value, str):
        return f"'{value}" if value.startswith(_FORMULA) else value
    return float(f"{value:.6g}") if isinstance(value, float) else value


def _text(cell: Any) -> Any:
    return cell.removeprefix("'") if isinstance(cell, str) else cell

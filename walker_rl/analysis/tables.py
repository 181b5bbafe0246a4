"""Tidy tables as CSV files: a row is a dict, None an empty cell."""

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from walker_rl.files.whole_file import write_whole_text

Row = dict[str, Any]

_FORMULA = tuple("=+-@\t\r'")
"""First characters of a text that a spreadsheet may take for a formula, and the mark that prevents it."""


def write_table(path: Path, rows: Sequence[Row]) -> None:
    """Writes the rows of `table_text` into a file, which is replaced atomically."""
    write_whole_text(path, table_text(rows))


def table_text(rows: Sequence[Row]) -> str:
    """Returns rows that have the same columns as CSV; without rows, no header.

    Fractions have six significant digits. A text that a spreadsheet would take for a formula gets a "'" in front,
    which `read_table` removes.
    """
    header = list(rows[0]) if rows else []
    return "".join(map(_line, [header, *([_cell(row[name]) for name in header] for row in rows)]))


def read_table(path: Path) -> list[Row]:
    """Reads the rows of a file, with cells as text.

    Raises:
        ValueError: if the file is in another encoding or torn: its last line has no end, or a row has not as many
            cells as the header.
    """
    with path.open(newline="", encoding="utf-8-sig", errors="surrogateescape") as file:
        content = file.read()
    if "\0" in content:
        raise ValueError("it must be UTF-8 text, without zero bytes")
    if content and not content.endswith("\n"):
        raise ValueError("its last line has no end")
    rows = list(csv.DictReader(io.StringIO(content, newline="")))
    if any(None in row or None in row.values() for row in rows):
        raise ValueError("a row must have as many cells as the header")
    return [{name: _text(cell) for name, cell in row.items()} for row in rows]


def distinct(rows: Iterable[Row], column: str) -> list[Any]:
    """Returns the distinct values of a column, in order."""
    return list(dict.fromkeys(row[column] for row in rows))


def _line(cells: Sequence[Any]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\r\n").writerow(cells)  # Quotes a cell with either character.
    return line.getvalue().removesuffix("\r\n") + "\n"


def _cell(value: Any) -> Any:
    if isinstance(value, str):
        return f"'{value}" if value.startswith(_FORMULA) else value
    is_rounded = isinstance(value, float) and not value.is_integer()
    return float(f"{value:.6g}") if is_rounded else value


def _text(cell: str) -> str:
    return cell.removeprefix("'")

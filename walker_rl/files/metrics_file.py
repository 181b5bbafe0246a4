"""CSV files of metrics: a line of names and rows of numbers, which a crash or a full disk may have torn.

A row is whole if its line has an end and a number for each name, the first of them a count of environment steps.
"""

from pathlib import Path

import numpy as np

from walker_rl.errors import NotWholeError, reason_of

STEP_KEY = "actor_steps"
"""The first column of every file, the x axis."""

MAX_DIGITS = 15
"""Most digits of a count of environment steps, as many as a float holds."""


def read_columns(path: Path) -> dict[str, np.ndarray]:
    """Reads a file as an array `[rows]` for each column; no columns if it is empty or missing.

    Raises:
        NotWholeError: if a line is not whole, or the file can't be read.
    """
    try:
        content = path.read_bytes() if path.exists() else b""
    except OSError as error:
        raise NotWholeError(f"{path}: must be a file that can be read ({reason_of(error)})") from None
    names, lines = _split(content)
    rows = [_row(line, len(names)) for line in lines]
    if (content and not names) or None in rows:
        number = rows.index(None) + 2 if names else 1
        raise NotWholeError(f"{path}: line {number} must be whole, with a number for each column")
    return _columns(names, [row for row in rows if row is not None])


def read_whole_rows(path: Path) -> dict[str, np.ndarray]:
    """Reads a file as `read_columns` does, but skips rows that are not whole."""
    return whole_rows(path.read_bytes() if path.exists() else b"")


def whole_rows(content: bytes) -> dict[str, np.ndarray]:
    """Reads the content of a file, or its names and a part of its rows, as `read_whole_rows` does."""
    names, lines = _split(content)
    return _columns(names, [row for line in lines if (row := _row(line, len(names))) is not None])


def whole_size(content: bytes) -> int:
    """Number of bytes up to the end of the last whole row, or of the names if there is none."""
    names, lines = _split(content)
    size = len(content)
    for line in reversed(lines):
        if _row(line, len(names)) is not None:
            return size
        size -= len(line)
    return size if names else 0


def lacks_names(content: bytes) -> bool:
    """True if the first line is damaged, and rows follow it."""
    names, lines = _split(content)
    return not names and any(_row(line, line.count(b",") + 1) is not None for line in lines)


def is_name(text: str) -> bool:
    """True if a column may have this name: it needs no quotes, and is the same in every encoding."""
    return text.isascii() and text.isprintable() and bool(text) and not {*text} & {*',"'}


def _split(content: bytes) -> tuple[list[str], list[bytes]]:
    """The names (none if the first line has none), and the other lines with their ends."""
    first, *lines = content.split(b"\n")
    lines = [line + b"\n" for line in lines[:-1]] + [line for line in lines[-1:] if line]
    names = first.decode("ascii", "replace").split(",") if len(content) > len(first) else []
    return (names, lines) if names[:1] == [STEP_KEY] else ([], lines)


def _row(line: bytes, num_columns: int) -> list[float] | None:
    """The numbers of a line; None if it is not whole."""
    cells = line.split(b",")
    is_count = cells[0].isdigit() and len(cells[0]) <= MAX_DIGITS
    if len(cells) != num_columns or not is_count or not line.endswith(b"\n"):
        return None
    try:
        return [float(cell) for cell in cells]
    except ValueError:
        return None


def _columns(names: list[str], rows: list[list[float]]) -> dict[str, np.ndarray]:
    return dict(zip(names, np.transpose(rows), strict=True)) if rows else {}

"""Metrics as an append-only CSV file."""

import csv
import io
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from walker_rl.errors import RunError, UserError
from walker_rl.files.metrics_file import is_name, lacks_names, whole_size
from walker_rl.interfaces import Logger
from walker_rl.logging.append_only import AppendOnlyFile


class ColumnsError(RunError, ValueError):
    """Raised for a row whose columns its file can't take."""


class CSVLogger(Logger):
    """Appends one row of numbers per write; the first row's keys are the columns."""

    def __init__(self, path: Path, warn: Callable[[str], None]):
        """Opens `path` to append, or creates it; cuts anything after its last whole row, with a warning.

        Raises:
            UserError: if its first line is damaged, and rows follow.
        """
        self._path = path
        content = path.read_bytes() if path.exists() else b""
        if lacks_names(content):
            raise UserError(f"{path}: line 1 must be whole, with the names of the columns")
        self._file = AppendOnlyFile(path)
        size, length = whole_size(content), self._file.position
        if size < length:
            self._file.truncate(size)
            warn(f"warning: {path}: {length - size:,} bytes after its last whole row were cut")
        self._columns = self._read_columns()

    def write(self, data: Mapping[str, Any]) -> None:
        """Appends one row.

        Raises:
            ColumnsError: if the keys are not those of the first row, or one can't be the name of a column.
            OSError: if the write fails; no part of the row is left, and the next call retries it.
        """
        if self._columns and list(data) != self._columns:
            raise ColumnsError(f"{self._path}: columns {list(data)}, expected {self._columns}, as in its first line")
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        if not self._columns:
            if others := [name for name in data if not is_name(name)]:
                raise ColumnsError(
                    f"{self._path}: column {others[0]!r} must be named in ASCII without commas and quotes"
                )
            writer.writerow(data)
        writer.writerow(data.values())
        self._columns = list(data)
        self._file.write(text.getvalue().encode())

    @property
    def position(self) -> int:
        """Number of bytes in the file."""
        return self._file.position

    def sync(self) -> None:
        """Waits until all rows are on the disk.

        Raises:
            OSError: if the disk fails.
        """
        self._file.sync()

    def truncate(self, position: int) -> None:
        """Drops all rows after byte `position`."""
        self._file.truncate(position)
        self._columns = self._read_columns()

    def close(self) -> None:
        """Closes the file."""
        self._file.close()

    def _read_columns(self) -> list[str]:
        with self._path.open("rb") as file:
            line = file.readline().decode("ascii", "replace")
        return line.rstrip("\n").split(",") if line else []

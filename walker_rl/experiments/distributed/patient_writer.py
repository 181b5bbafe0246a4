"""Writes metrics while the disk may be full."""

from collections.abc import Callable
from typing import Any


class PatientWriter:
    """Writes rows; a full disk causes a warning and does not end the run."""

    def __init__(self, tell: Callable[[str], None]):
        """Starts with a disk that is not full; `tell` prints a line."""
        self._tell = tell
        self._disk_is_full = False

    def write(self, write: Callable[..., None], *row: Any) -> None:
        """Calls `write` with a row; warns at the first of several failures."""
        try:
            write(*row)
            self._disk_is_full = False
        except OSError as error:
            if not self._disk_is_full:
                self._tell(f"warning: metrics can't be written ({error.strerror}); they wait until they can")
            self._disk_is_full = True

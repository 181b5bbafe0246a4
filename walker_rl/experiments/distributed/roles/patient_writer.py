"""Writes while the disk may be full."""

from collections.abc import Callable
from typing import Any

from walker_rl.errors import reason_of


class PatientWriter:
    """Writes; a full disk causes a warning and does not end the run."""

    def __init__(self, warn: Callable[[str], None], what: str = "metrics", meanwhile: str = "they wait until they can"):
        """Starts with a disk that is not full.

        Args:
            warn: function that prints a warning.
            what: name of the data, for the warning.
            meanwhile: end of the warning, as in "the evaluation waits until it can".
        """
        self._warn = warn
        self._what = what
        self._meanwhile = meanwhile
        self._disk_is_full = False

    def write(self, write: Callable[..., None], *values: Any) -> bool:
        """Calls `write` with the values; warns at the first of several failures. Returns True on success."""
        try:
            write(*values)
            self._disk_is_full = False
        except OSError as error:
            if not self._disk_is_full:
                self._warn(f"warning: {self._what} can't be written ({reason_of(error)}); {self._meanwhile}")
            self._disk_is_full = True
        return not self._disk_is_full

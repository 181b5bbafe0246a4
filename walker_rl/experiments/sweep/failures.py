"""The record of a sweep's failed runs, kept beside them until they are complete."""

import dataclasses
import json
from collections.abc import Callable, Sequence
from pathlib import Path

from walker_rl.errors import NotWholeError
from walker_rl.experiments.stored import read_json_record
from walker_rl.experiments.sweep.scheduler import Entry
from walker_rl.files.whole_file import write_whole_text


@dataclasses.dataclass(frozen=True)
class _Contents:
    """Reason of each failure, by the run's name."""

    failed: dict[str, str]


class FailureRecord:
    """The file OUTPUT/sweep.json: {"failed": {name of the run: reason}}.

    Attributes:
        failures: reason of each failure, by the run's name.
    """

    def __init__(self, output: Path, warn: Callable[[str], None]):
        """Reads the file, if there is one; a torn file causes a warning and counts as empty."""
        self._path = output / "sweep.json"
        self.failures: dict[str, str] = {}
        self._is_torn = False
        try:
            if self._path.exists():
                self.failures = read_json_record(self._path, _Contents).failed
        except NotWholeError as error:
            self._is_torn = True
            warn(f"warning: {error}; a new one is written")

    def update(self, entries: Sequence[Entry]) -> None:
        """Writes changes; keeps the records of runs that are not among `entries`.

        Raises:
            OSError: if the disk is full; the previous file stays.
        """
        own = {entry.job.name for entry in entries}
        failures = {name: failure for name, failure in self.failures.items() if name not in own}
        failures |= {entry.job.name: entry.failure for entry in entries if entry.failure is not None}
        if failures == self.failures and not self._is_torn:
            return
        write_whole_text(self._path, json.dumps({"failed": failures}, indent=2) + "\n")
        self.failures, self._is_torn = failures, False

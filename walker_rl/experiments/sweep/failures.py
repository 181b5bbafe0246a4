"""Which runs of a sweep have failed, kept beside them until they are complete."""

import json
from collections.abc import Sequence
from pathlib import Path

from walker_rl.experiments.sweep.scheduler import Entry
from walker_rl.whole_file import write_whole_text


class FailureRecord:
    """The file OUTPUT/sweep.json: {"failed": {name of the run: why}}.

    Attributes:
        failures: why each run failed, by its name.
    """

    def __init__(self, output: Path):
        """Reads what was written before."""
        self._path = output / "sweep.json"
        self.failures: dict[str, str] = json.loads(self._path.read_text())["failed"] if self._path.exists() else {}

    def update(self, entries: Sequence[Entry]) -> None:
        """Writes what has changed; runs that are not among `entries` stay as they are.

        Raises:
            OSError: if the disk takes no more; what was there is still there.
        """
        own = {entry.job.name for entry in entries}
        failures = {name: failure for name, failure in self.failures.items() if name not in own}
        failures |= {entry.job.name: entry.failure for entry in entries if entry.failure is not None}
        if failures == self.failures:
            return
        write_whole_text(self._path, json.dumps({"failed": failures}, indent=2) + "\n")
        self.failures = failures

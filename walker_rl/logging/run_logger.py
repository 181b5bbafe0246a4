"""A run's metrics: named streams of rows, each a CSV file and a group in every tracker."""

import contextlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from walker_rl.errors import UserError
from walker_rl.files.metrics_file import STEP_KEY, whole_size
from walker_rl.logging.csv_file import CSVLogger
from walker_rl.logging.tracker import Tracker
from walker_rl.types import State

STREAMS = ("conduct", "evaluation", "learner", "timing", "training")


def check_rows(metrics: Path, state: State) -> None:
    """Checks that a folder still has the rows up to a state of `RunLogger.save`; anything may follow.

    Raises:
        UserError: if a file has lost rows, or one is damaged.
    """
    for name, position in state.items():
        path = metrics / f"{name}.csv"
        content = path.read_bytes() if path.exists() else b""
        if len(content) < position:
            found = f"{path} = {len(content):,} bytes"
            raise UserError(f"{found}: must have at least {position:,} bytes, its size when the checkpoint was written")
        if whole_size(content[:position]) != position:
            raise UserError(f"{path}: must be whole up to byte {position:,}, its end when the checkpoint was written")


class RunLogger:
    """Writes `metrics/STREAM.csv` and the same numbers to each tracker as `STREAM/COLUMN`."""

    def __init__(self, metrics: Path, trackers: Sequence[Tracker], warn: Callable[[str], None]):
        """Stores its arguments; `open` and `write` open the files.

        Args:
            metrics: existing folder of the files.
            trackers: further destinations of the rows, closed with the logger.
            warn: function that prints a line about each torn file.
        """
        self._metrics = metrics
        self._trackers = trackers
        self._warn = warn
        self._streams: dict[str, CSVLogger] = {}
        self._last_kept: dict[Tracker, Mapping[str, int]] = {}

    def open(self) -> None:
        """Opens the existing files, each cut after its last whole row."""
        for name in STREAMS:
            if (self._metrics / f"{name}.csv").exists():
                self._stream(name)

    def write(self, stream: str, row: Mapping[str, Any]) -> None:
        """Adds a row; every row has `actor_steps`.

        Raises:
            OSError: if the write fails; the next call retries the row.
        """
        scalars = {f"{stream}/{name}": value for name, value in row.items() if name != STEP_KEY}
        try:
            self._stream(stream).write(row)
        finally:
            for tracker in self._trackers:
                if row[STEP_KEY] > self._last_kept.get(tracker, {}).get(stream, -1):
                    tracker.write({STEP_KEY: row[STEP_KEY], **scalars})

    def write_video(self, gif: Path, actor_steps: int) -> None:
        """Adds a GIF to all trackers.

        Raises:
            OSError: if the write fails; the video is dropped.
        """
        for tracker in self._trackers:
            tracker.write_video(gif, actor_steps)

    def finish(self, results: Mapping[str, float], policies: Path, actor_steps: int) -> None:
        """Adds a complete run's final metrics and folder of policy files to all trackers.

        Raises:
            OSError: if the write fails.
        """
        for tracker in self._trackers:
            tracker.finish(results, policies, actor_steps)

    def save(self) -> State:
        """Waits until all rows are on the disk; returns the length of each file in bytes.

        Raises:
            OSError: if the disk fails.
        """
        for csv_file in self._streams.values():
            csv_file.sync()
        return {name: csv_file.position for name, csv_file in self._streams.items()}

    def restore(self, state: State, actor_steps: int) -> None:
        """Drops the rows written after `save` was called at `actor_steps`.

        A tracker that can't delete them keeps them, and rows that the resumed run repeats are not sent to it again.
        `check_rows` has passed before.
        """
        self.open()
        for name, stream in self._streams.items():
            stream.truncate(state.get(name, 0))
        self._last_kept = {tracker: tracker.discard_after(actor_steps) for tracker in self._trackers}

    def close(self) -> None:
        """Closes all files and trackers, even if one fails.

        Raises:
            OSError: if the disk is full.
        """
        with contextlib.ExitStack() as all_of_them:
            for one in (*self._trackers, *self._streams.values()):
                all_of_them.callback(one.close)

    def _stream(self, name: str) -> CSVLogger:
        if name not in self._streams:
            self._streams[name] = CSVLogger(self._metrics / f"{name}.csv", self._warn)
        return self._streams[name]

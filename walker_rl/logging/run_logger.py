"""What a run writes down: named streams of rows, each a CSV file and a group of TensorBoard scalars."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from walker_rl.logging.csv_file import CSVLogger
from walker_rl.logging.tensorboard import TensorBoardLogger
from walker_rl.types import State

STEP_KEY = "actor_steps"


class RunLogger:
    """Writes `metrics/STREAM.csv` and the same numbers to TensorBoard as `STREAM/COLUMN`."""

    def __init__(self, metrics: Path, tensorboard: Path):
        """Makes a logger over two existing folders."""
        self._metrics = metrics
        self._tensorboard = TensorBoardLogger(tensorboard, STEP_KEY)
        self._streams: dict[str, CSVLogger] = {}

    def write(self, stream: str, row: Mapping[str, Any]) -> None:
        """Adds a row; every row has `actor_steps`.

        Raises:
            OSError: if the disk takes no more; the row is written with the next.
        """
        scalars = {f"{stream}/{name}": value for name, value in row.items() if name != STEP_KEY}
        try:
            self._stream(stream).write(row)
        finally:
            self._tensorboard.write({STEP_KEY: row[STEP_KEY], **scalars})

    def save(self) -> State:
        """The length of each file."""
        return {name: csv_file.position for name, csv_file in self._streams.items()}

    def restore(self, state: State, actor_steps: int) -> None:
        """Drops the rows written after `save` was called at `actor_steps`."""
        for path in self._metrics.glob("*.csv"):
            self._stream(path.stem).truncate(state.get(path.stem, 0))
        self._tensorboard.discard_after(actor_steps)

    def close(self) -> None:
        """Closes all files."""
        self._tensorboard.close()
        for csv_file in self._streams.values():
            csv_file.close()

    def _stream(self, name: str) -> CSVLogger:
        if name not in self._streams:
            self._streams[name] = CSVLogger(self._metrics / f"{name}.csv")
        return self._streams[name]

"""Metrics as TensorBoard scalars."""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from acme.utils import loggers
from tensorboard.compat.proto.event_pb2 import Event, SessionLog
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.summary.writer.event_file_writer import EventFileWriter


class TensorBoardLogger(loggers.Logger):
    """Scalars by name over one column of each row."""

    def __init__(self, folder: Path, step_key: str):
        """Starts a new event file in `folder`; `step_key` names the x axis."""
        self._writer = EventFileWriter(str(folder))
        self._step_key = step_key

    def write(self, data: Mapping[str, Any]) -> None:
        """Writes every number of a row, and drops those that are text."""
        values = [
            Summary.Value(tag=name, simple_value=value)
            for name, value in data.items()
            if name != self._step_key and isinstance(value, (int, float))
        ]
        self._add(int(data[self._step_key]), summary=Summary(value=values))

    def discard_after(self, step: int) -> None:
        """Tells TensorBoard to forget what an interrupted run wrote after `step`."""
        self._add(step + 1, session_log=SessionLog(status=SessionLog.START))

    def close(self) -> None:
        """Flushes and closes the file."""
        self._writer.close()

    def _add(self, step: int, **content: Any) -> None:
        self._writer.add_event(Event(step=step, wall_time=time.time(), **content))

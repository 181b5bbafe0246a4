"""Metrics as TensorBoard scalars."""

import numbers
import os
import socket
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from acme.utils import loggers
from tensorboard.compat.proto.event_pb2 import Event, SessionLog
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.summary.writer.record_writer import RecordWriter

from walker_rl.logging.append_only import AppendOnlyFile


class TensorBoardLogger(loggers.Logger):
    """Scalars by name over one column of each row, in the file when `write` returns."""

    def __init__(self, folder: Path, step_key: str):
        """Starts a new event file in `folder`; `step_key` names the x axis."""
        # TensorBoard reads files in the order of their names. Its own EventFileWriter hangs when the disk is full.
        name = f"events.out.tfevents.{time.time_ns()}.{socket.gethostname()}.{os.getpid()}"
        self._writer = RecordWriter(AppendOnlyFile(folder / name))
        self._step_key = step_key
        self._add(0, file_version="brain.Event:2")

    def write(self, data: Mapping[str, Any]) -> None:
        """Writes every number of a row, and drops what is text.

        Raises:
            OSError: if the disk takes no more.
        """
        values = [
            Summary.Value(tag=name, simple_value=value)
            for name, value in data.items()
            if name != self._step_key and isinstance(value, numbers.Real)
        ]
        self._add(int(data[self._step_key]), summary=Summary(value=values))

    def discard_after(self, step: int) -> None:
        """Tells TensorBoard to forget what an interrupted run wrote after `step`."""
        self._add(step + 1, session_log=SessionLog(status=SessionLog.START))

    def close(self) -> None:
        """Closes the file."""
        self._writer.close()

    def _add(self, step: int, **content: Any) -> None:
        self._writer.write(Event(step=step, wall_time=time.time(), **content).SerializeToString())

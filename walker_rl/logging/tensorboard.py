"""Metrics, hyperparameters and videos for TensorBoard, written without TensorFlow."""

import numbers
import os
import socket
import struct
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tensorboard.compat.proto.event_pb2 import Event, SessionLog
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.plugins.hparams import metadata, plugin_data_pb2
from tensorboard.plugins.hparams.api_pb2 import STATUS_SUCCESS
from tensorboard.plugins.hparams.summary_v2 import hparams_pb
from tensorboard.summary.writer.record_writer import RecordWriter

from walker_rl.files.metrics_file import STEP_KEY
from walker_rl.logging.append_only import AppendOnlyFile
from walker_rl.logging.tracker import About, Tracker

_PREFIX = "events.out.tfevents."


class EventFile:
    """A TensorBoard event file; an event is in it when `add` returns."""

    def __init__(self, path: Path):
        """Starts a file, and replaces an existing one."""
        path.unlink(missing_ok=True)
        # TensorBoard's own EventFileWriter hangs when the disk is full.
        self._file = AppendOnlyFile(path)
        self._writer = RecordWriter(self._file)
        self.add(0, file_version="brain.Event:2")

    def add(self, step: int, **content: Any) -> None:
        """Adds an event.

        Raises:
            OSError: if the write fails.
        """
        self._writer.write(Event(step=step, wall_time=time.time(), **content).SerializeToString())

    def add_or_drop(self, step: int, **content: Any) -> None:
        """Adds an event now, or not at all.

        Raises:
            OSError: if the write fails; no part of the event is left.
        """
        with self._file.now_or_never():
            self.add(step, **content)

    def close(self) -> None:
        """Closes the file."""
        self._writer.close()


class TensorBoardLogger(Tracker):
    """One TensorBoard run: metrics and videos in a file that grows, hyperparameters in one that is replaced.

    TensorBoard reads a folder's files in the order of their names and may stop reading one once it reaches the next,
    so the growing file is the last. A video that can't be written does not hold up metrics.
    """

    def __init__(self, folder: Path, about: About):
        """Starts new files in `folder`."""
        name = f"{_PREFIX}{_next_number(folder)}.{socket.gethostname()}.{os.getpid()}"
        self._events = EventFile(folder / name)
        self._session = EventFile(folder / f"{_PREFIX}0.hparams")
        values = {name: _hyperparameter(value) for name, value in about.hyperparameters.items()}
        self._session.add(0, summary=hparams_pb(values, trial_id=about.run_id))

    def write(self, data: Mapping[str, Any]) -> None:
        """Writes a row's numbers, and drops its text.

        Raises:
            OSError: if the write fails.
        """
        values = {name: value for name, value in data.items() if name != STEP_KEY and isinstance(value, numbers.Real)}
        self._events.add(int(data[STEP_KEY]), summary=_scalars(values))

    def discard_after(self, step: int) -> Mapping[str, int]:
        """Makes TensorBoard discard the rows that interrupted processes wrote after `step`."""
        self._events.add(step + 1, session_log=SessionLog(status=SessionLog.START))
        return {}

    def write_video(self, gif: Path, step: int) -> None:
        """Adds the GIF, unchanged, as an image beside earlier ones of its name.

        Raises:
            OSError: if the write fails; no part of the image is left.
        """
        content = gif.read_bytes()
        width, height = struct.unpack_from("<HH", content, 6)
        image = Summary.Image(width=width, height=height, colorspace=3, encoded_image_string=content)
        value = Summary.Value(tag=f"videos/{gif.stem}", image=image)
        self._events.add_or_drop(step, summary=Summary(value=[value]))

    def finish(self, results: Mapping[str, float], policies: Path, step: int) -> None:
        """Adds the final metrics, which the HPARAMS tab compares.

        Raises:
            OSError: if the write fails.
        """
        self._events.add(step, summary=_scalars({f"final/{name}": value for name, value in results.items()}))
        end = plugin_data_pb2.SessionEndInfo(status=STATUS_SUCCESS, end_time_secs=time.time())
        summary_metadata = metadata.create_summary_metadata(plugin_data_pb2.HParamsPluginData(session_end_info=end))
        value = Summary.Value(tag=metadata.SESSION_END_INFO_TAG, metadata=summary_metadata, tensor=metadata.NULL_TENSOR)
        self._session.add(step, summary=Summary(value=[value]))

    def close(self) -> None:
        """Closes the files."""
        self._session.close()
        self._events.close()


def _next_number(folder: Path) -> int:
    """A number above those of all files: the time in nanoseconds, or more if the clock was set back."""
    numbers_there = [path.name.removeprefix(_PREFIX).partition(".")[0] for path in folder.glob(f"{_PREFIX}*")]
    return max([time.time_ns(), *(int(number) + 1 for number in numbers_there if number.isdecimal())])


def _scalars(values: Mapping[str, Any]) -> Summary:
    return Summary(value=[Summary.Value(tag=name, simple_value=value) for name, value in values.items()])


def _hyperparameter(value: Any) -> bool | float | str:
    """The value as a type that the HParams plugin accepts; text may have any bytes, as a path has."""
    if value is None:
        return "null"
    if isinstance(value, (bool, int, float)):
        return value
    return str(value).encode(errors="backslashreplace").decode()

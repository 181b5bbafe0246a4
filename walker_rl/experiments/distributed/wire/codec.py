"""Encodes messages as arrays and decodes them without trust: anybody who reaches the port can send anything."""

import dataclasses
import functools
import hashlib
import json
import os
import socket
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np

from walker_rl.errors import text_of
from walker_rl.experiments.distributed.wire.messages import (
    Experiment,
    Notice,
    Report,
    Result,
    Snapshot,
    Weights,
    Welcome,
)
from walker_rl.field_values import to_record
from walker_rl.printable import printable

MessageT = TypeVar("MessageT")

MAX_SHOWN = 100
"""Characters of a foreign text shown in a warning."""


class ForeignMessageError(Exception):
    """A message that violates the protocol.

    Attributes:
        sender: name that the sending process claims.
    """

    def __init__(self, reason: str, sender: Any = None):
        """Shortens `reason` and `sender` to `MAX_SHOWN` printable characters."""
        super().__init__(printable(reason)[:MAX_SHOWN])
        self.sender = "an unknown sender" if sender is None else printable(str(sender))[:MAX_SHOWN]


@functools.cache
def protocol() -> str:
    """The protocol's version: a digest of all messages and their fields, which changes with them."""
    kinds = (Experiment, Notice, Welcome, Weights, Report, Snapshot, Result)
    fields = [(kind.__name__, [(field.name, str(field.type)) for field in dataclasses.fields(kind)]) for kind in kinds]
    return hashlib.sha256(json.dumps(fields).encode()).hexdigest()[:12]


def encode(message: Any) -> list[np.ndarray]:
    """Returns the message and its sender as JSON in bytes, followed by its array, if it has one."""
    fields = {field.name: getattr(message, field.name) for field in dataclasses.fields(message)}
    array = fields.pop("array", None)
    fields["sender"] = f"{socket.gethostname()}:{os.getpid()}"
    text = np.frombuffer(json.dumps(fields, default=dataclasses.asdict).encode(), np.uint8)
    return [text] if array is None else [text, array]


def decode(
    kind: type[MessageT], arrays: list[np.ndarray], convert: Callable[[MessageT], Any] = lambda message: message
) -> Any:
    """Inverts `encode`, then converts the message; every array has a leading dimension of one step.

    Raises:
        ForeignMessageError: if the arrays are no such message, or `convert` raises an exception.
    """
    sender = None
    try:
        text, *others = arrays
        fields = json.loads(_flat(text, "u1").tobytes())
        sender = fields.pop("sender", None)
        if others:
            fields["array"] = _flat(others[0], "f4")
        message = to_record(fields, kind)
        unknown = fields.keys() - {field.name for field in dataclasses.fields(kind)}  # type: ignore[arg-type]
        if unknown and kind is not Experiment:  # One of another version may have more fields.
            raise ValueError(f"{', '.join(sorted(unknown))}: unknown field")
        return convert(message)
    except Exception as error:  # Foreign content can fail in any way.
        raise ForeignMessageError(text_of(error), sender) from None


def decode_rows(row_size: int, arrays: list[np.ndarray]) -> np.ndarray:
    """Returns the valid rows, float32 `[n, row_size]`, of a block that comes with their number.

    Raises:
        ForeignMessageError: if the arrays have another form.
    """
    shapes = [(array.dtype, array.shape) for array in arrays]
    if len(arrays) == 2 and arrays[0].dtype == np.float32 and arrays[0].shape[1:] == (row_size,):
        block, count = arrays
        if count.dtype.kind == "i" and count.shape == () and 0 <= count <= len(block):
            return block[: int(count)]
    raise ForeignMessageError(f"no block of rows of {row_size} floats: {shapes}")


def _flat(array: np.ndarray, dtype: str) -> np.ndarray:
    if array.dtype != np.dtype(dtype) or array.ndim != 2 or len(array) != 1:
        raise ValueError(f"an array of {array.dtype} and shape {array.shape}")
    flat: np.ndarray = array[0]
    return flat

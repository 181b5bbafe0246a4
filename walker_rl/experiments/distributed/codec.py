"""Messages as arrays and back, without trust: whoever reaches the port can send anything."""

import dataclasses
import functools
import hashlib
import json
import os
import socket
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np

from walker_rl.experiments.distributed.messages import (
    Candidate,
    Experiment,
    Notice,
    Report,
    Result,
    Weights,
    Welcome,
)
from walker_rl.field_values import to_record
from walker_rl.printable import printable

MessageT = TypeVar("MessageT")

Check = Callable[[Any], object]
"""Raises a ValueError for a message that its reader has no use for."""

MAX_SHOWN = 100
"""Characters of a stranger's text in a warning."""


class ForeignMessageError(Exception):
    """A message that is not of the protocol.

    Attributes:
        sender: process that sent it, as it says itself.
    """

    def __init__(self, reason: str, sender: Any = None):
        """Takes what is wrong with it."""
        super().__init__(printable(reason)[:MAX_SHOWN])
        self.sender = "an unknown sender" if sender is None else printable(str(sender))[:MAX_SHOWN]


@functools.cache
def protocol() -> str:
    """The version of the protocol: a digest of all messages and their fields, which nobody can forget to change."""
    kinds = (Experiment, Notice, Welcome, Weights, Report, Candidate, Result)
    fields = [(kind.__name__, [(field.name, str(field.type)) for field in dataclasses.fields(kind)]) for kind in kinds]
    return hashlib.sha256(json.dumps(fields).encode()).hexdigest()[:12]


def encode(message: Any) -> list[np.ndarray]:
    """The message and its sender as JSON, and its array apart."""
    fields = {field.name: getattr(message, field.name) for field in dataclasses.fields(message)}
    array = fields.pop("array", None)
    fields["sender"] = f"{socket.gethostname()}:{os.getpid()}"
    text = np.frombuffer(json.dumps(fields, default=dataclasses.asdict).encode(), np.uint8)
    return [text] if array is None else [text, array]


def decode(kind: type[MessageT], arrays: list[np.ndarray], check: Check) -> MessageT:
    """The inverse of `encode`; every array has a dimension of one step in front.

    Raises:
        ForeignMessageError: if they are not of such a message, or `check` refuses it.
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
        if unknown and kind is not Experiment:  # That of another version says what it is.
            raise ValueError(f"{', '.join(sorted(unknown))}: unknown field")
        check(message)
        return message
    except Exception as error:  # There is no end to what may be in it.
        raise ForeignMessageError(str(error) or type(error).__name__, sender) from None


def decode_rows(row_size: int, arrays: list[np.ndarray]) -> np.ndarray:
    """The rows, float32 `[n, row_size]`, of a block and the number of them that are meant.

    Raises:
        ForeignMessageError: if the arrays are nothing of that form.
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

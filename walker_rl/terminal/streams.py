"""Standard streams that neither end nor block the work of a command."""

import contextlib
import io
import os
import select
import stat
import sys

MAX_WAITING = 2**16
"""Maximum bytes that wait to be written; older ones are dropped."""

LAST_WAIT = 5.0
"""Seconds that the end of a command waits for a slow reader."""


class Output(io.FileIO):
    """Standard output or error, on which every write succeeds: text that can't be written waits for the next write.

    Attributes:
        failure: error of the last write; None if it succeeded.
    """

    failure: OSError | None = None

    def __init__(self, descriptor: int, *, may_block: bool):
        """Takes over an open descriptor.

        Args:
            descriptor: number of the descriptor.
            may_block: whether a write may wait for a slow reader.
        """
        super().__init__(descriptor, "wb", closefd=False)
        self._waiting = bytearray()
        self._patience = None if may_block else 0.0
        if not may_block:
            _unblock(descriptor)

    def write(self, text) -> int:  # type: ignore[no-untyped-def]  # The base class takes any buffer.
        """Accepts all of `text`, and writes as much as possible."""
        self._waiting += text
        try:
            while self._waiting:
                if written := super().write(self._waiting):
                    del self._waiting[:written]
                elif not select.select([], [self], [], self._patience)[1]:
                    break
            self.failure = None
        except OSError as error:
            self.failure = error
        del self._waiting[:-MAX_WAITING]
        return len(text)

    def finish(self) -> None:
        """Writes the waiting text, with up to `LAST_WAIT` seconds for a slow reader."""
        self._patience = LAST_WAIT
        self.write(b"")


def take_streams(*, may_block: bool) -> list[Output]:
    """Replaces `sys.stdout` and `sys.stderr` by such streams, unless somebody else has replaced them.

    Args:
        may_block: whether a write may wait for a slow reader; otherwise the text waits.

    Returns:
        Both streams; none if they had been replaced.
    """
    streams = sys.stdout, sys.stderr
    if streams != (sys.__stdout__, sys.__stderr__):
        return []
    _open_closed_descriptors()
    outputs = [Output(descriptor, may_block=may_block) for descriptor in (1, 2)]
    sys.stdout, sys.stderr = (
        io.TextIOWrapper(
            io.BufferedWriter(output), stream.encoding if stream else "utf-8", "backslashreplace", line_buffering=True
        )
        for output, stream in zip(outputs, streams, strict=True)
    )
    return outputs


def _open_closed_descriptors() -> None:
    """Opens closed standard descriptors on /dev/null, before a file of a run gets their numbers."""
    while (descriptor := os.open(os.devnull, os.O_RDWR)) <= 2:
        os.set_inheritable(descriptor, True)
    os.close(descriptor)


def _unblock(descriptor: int) -> None:
    """Makes writes to a pipe or a terminal non-blocking.

    Opens it again, because the flag of the present descriptor is shared with other processes.
    """
    if stat.S_ISFIFO(os.fstat(descriptor).st_mode) or os.isatty(descriptor):
        with contextlib.suppress(OSError):
            anew = os.open(f"/proc/self/fd/{descriptor}", os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY)
            os.dup2(anew, descriptor)
            os.close(anew)

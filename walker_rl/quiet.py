"""Silence around libraries that print when they are imported or constructed."""

import contextlib
import ctypes
import os
import sys
import threading
import warnings
from collections.abc import Iterator

_ONE_AT_A_TIME = threading.RLock()
"""Two threads that leave in the order in which they entered would leave each other's silence behind."""


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Discards all that is printed or warned inside, by C code too; exceptions pass.

    Works on the file descriptors of the whole process, so keep the block short and free of other output. Threads enter
    one after the other.
    """
    with _ONE_AT_A_TIME, contextlib.ExitStack() as stack:
        devnull = stack.enter_context(open(os.devnull, "w"))
        for descriptor in (1, 2):
            stack.enter_context(_redirected(descriptor, devnull.fileno()))
        stack.enter_context(contextlib.redirect_stdout(devnull))
        stack.enter_context(contextlib.redirect_stderr(devnull))
        stack.enter_context(warnings.catch_warnings())
        warnings.simplefilter("ignore")
        yield


@contextlib.contextmanager
def _redirected(descriptor: int, target: int) -> Iterator[None]:
    """Points `descriptor` at `target` for a while; a descriptor that is closed stays so."""
    _flush()
    try:
        saved = os.dup(descriptor)
    except OSError:
        yield
        return
    os.dup2(target, descriptor)
    try:
        yield
    finally:
        _flush()
        os.dup2(saved, descriptor)
        os.close(saved)


def _flush() -> None:
    """Empties Python's and C's buffers into wherever the descriptors point now."""
    for stream in (sys.stdout, sys.stderr):
        if stream is not None and not stream.closed:
            stream.flush()
    ctypes.CDLL(None).fflush(None)

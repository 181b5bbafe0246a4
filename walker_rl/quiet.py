"""Silence around libraries that print, and redirection of what they print."""

import contextlib
import ctypes
import os
import sys
import threading
import warnings
from collections.abc import Iterator

_ONE_AT_A_TIME = threading.RLock()
"""Allows one thread at a time; interleaved threads would restore each other's silenced descriptors."""


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Discards all output and warnings of the block, also from C code; exceptions pass.

    Works on the file descriptors of the whole process, so keep the block short and free of other output. One
    thread enters at a time.
    """
    with _ONE_AT_A_TIME, contextlib.ExitStack() as stack:
        devnull = stack.enter_context(open(os.devnull, "w"))
        for descriptor in (1, 2):
            stack.enter_context(redirected(descriptor, devnull.fileno()))
        stack.enter_context(contextlib.redirect_stdout(devnull))
        stack.enter_context(contextlib.redirect_stderr(devnull))
        stack.enter_context(warnings.catch_warnings())
        warnings.simplefilter("ignore")
        yield


@contextlib.contextmanager
def redirected(descriptor: int, target: int) -> Iterator[None]:
    """Redirects `descriptor` to `target` for the block; a closed descriptor stays closed."""
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
    """Flushes Python's and C's buffers to the descriptors' current targets."""
    for stream in (sys.stdout, sys.stderr):
        if stream is not None and not stream.closed:
            stream.flush()
    ctypes.CDLL(None).fflush(None)

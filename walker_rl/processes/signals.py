"""Requests to stop a process: handlers that only record the signal."""

import _thread
import contextlib
import os
import signal
import sys
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import FrameType
from typing import TYPE_CHECKING, Any, NoReturn

from walker_rl.processes.exit_statuses import COMPLETE, INTERRUPTED, STOPPED
from walker_rl.processes.standard_error import write_to_stderr

if TYPE_CHECKING:
    from sys import UnraisableHookArgs

WARNINGS = (signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2, signal.SIGXCPU)
"""Signals of a lost terminal, and of batch systems and limits before they kill; those ignored at the start stay so."""

REQUESTS = (signal.SIGINT, signal.SIGTERM, *WARNINGS)

GRACE = 1.0
"""Seconds in which a process that is interrupted can end, however often an impatient user presses Ctrl-C."""

REPEAT_DELAY = 0.01
"""Seconds after which an interrupt that a destructor has swallowed is repeated."""

STOPPING = "\nStopping; Ctrl-C again stops at once, without a checkpoint.\n"


class StopSignals:
    """Records the signals that ask to stop; a context manager.

    The first signal asks to save and stop; Ctrl-C after it, to stop at once. Where requests raise KeyboardInterrupt,
    those in the `GRACE` seconds after one that has raised do not.
    """

    def __init__(self, numbers: Sequence[signal.Signals] = REQUESTS, *, raises: bool = False):
        """Installs no handler before the context is entered.

        Args:
            numbers: signals to record; `WARNINGS` stay ignored where they are, as SIGHUP under `nohup`.
            raises: whether a request to stop at once raises KeyboardInterrupt, for work that never calls `is_urgent`.
        """
        self._numbers = numbers
        self._raises = raises
        self._has_nothing_to_save = False
        self._received: list[int] = []
        self._before: dict[signal.Signals, Any] = {}
        self._hook_before = sys.unraisablehook
        self._raises_from = 0.0

    def __enter__(self) -> "StopSignals":
        """Installs the handlers."""
        self._before = {number: signal.getsignal(number) for number in not_ignored(self._numbers)}
        self.listen()
        return self

    def __exit__(self, *_: Any) -> None:
        """Restores what was there before."""
        _install(self._before)
        self._before = {}
        sys.unraisablehook = self._hook_before

    def listen(self) -> None:
        """Replaces handlers that a library has installed meanwhile."""
        _install(dict.fromkeys(self._before, self._receive))

    def stop_requested(self) -> bool:
        """Returns True once a signal has arrived."""
        return bool(self._received)

    def is_urgent(self) -> bool:
        """Returns True if the work must stop at once."""
        return signal.SIGINT in self._received[1:]

    def raise_at_once(self) -> None:
        """Makes every request raise, including an earlier one; called when nothing is left to save.

        Raises:
            KeyboardInterrupt: here if a request has arrived, else wherever the process then is.
        """
        self._has_nothing_to_save = True
        if self._received:
            self._interrupt()

    @property
    def exit_status(self) -> int:
        """Exit status of work that ends now: complete unless it was asked to stop."""
        if not self._received:
            return COMPLETE
        return INTERRUPTED if signal.SIGINT in self._received else STOPPED

    def _receive(self, number: int, frame: FrameType | None) -> None:
        self._received.append(number)
        if self._has_nothing_to_save or (self._raises and self.is_urgent()):
            if time.monotonic() >= self._raises_from:
                self._interrupt()
        elif len(self._received) == 1 and signal.SIGINT in self._before:
            # Line breaks on a terminal would shift the live block, whose last line is reserved for this.
            is_live = os.isatty(1) and os.isatty(2)
            write_to_stderr(f"\r{STOPPING.strip()}" if is_live else STOPPING)

    def _interrupt(self) -> NoReturn:
        self._raises_from = time.monotonic() + GRACE
        sys.unraisablehook = self._ignore  # Objects that are half made may fail when they are dropped.
        raise KeyboardInterrupt

    def _ignore(self, error: "UnraisableHookArgs") -> None:
        """Ignores an exception that Python can't raise, as one in a destructor; the interrupt itself is repeated."""
        if issubclass(error.exc_type, KeyboardInterrupt):  # Later, since this hook can't raise it either.
            self._raises_from = 0.0
            threading.Timer(REPEAT_DELAY, _thread.interrupt_main, [self._received[-1]]).start()


def not_ignored(numbers: Iterable[signal.Signals]) -> list[signal.Signals]:
    """Returns `numbers` without those of `WARNINGS` that are ignored now."""
    return [number for number in numbers if number not in WARNINGS or signal.getsignal(number) is not signal.SIG_IGN]


@contextlib.contextmanager
def same_handlers() -> Iterator[None]:
    """Restores the handlers of `REQUESTS` that third-party code replaces meanwhile."""
    if threading.current_thread() is not threading.main_thread():  # Only the main thread can install any.
        yield
        return
    before = {number: signal.getsignal(number) for number in REQUESTS}
    try:
        yield
    finally:
        _install(before)


def _install(handlers: Mapping[signal.Signals, Any]) -> None:
    """Installs handlers that are not installed, and all that are functions: a library in C may have replaced them."""
    for number, handler in handlers.items():
        if callable(handler) or signal.getsignal(number) != handler:
            signal.signal(number, handler)

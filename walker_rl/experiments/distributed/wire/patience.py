"""A time limit for every wait."""

import math
import os
import threading
import time
from collections.abc import Callable

from walker_rl.processes.exit_statuses import UNANSWERED
from walker_rl.processes.standard_error import write_to_stderr

TICK = 1.0  # seconds

PING_PERIOD = 10.0  # seconds


class Patience:
    """Prints an error and ends this process unless it is renewed in time.

    Reverb's client blocks without a time limit while its server is unavailable, and handles no signal meanwhile.
    """

    def __init__(self, message: str, seconds: float, ping: Callable[[], None]):
        """Starts the countdown.

        Args:
            message: beginning of the error line.
            seconds: time limit; time during which the process is suspended does not count.
            ping: function to call every `PING_PERIOD` seconds of a wait.
        """
        self._seconds = seconds
        self._message = message
        self._ping = ping
        self._elapsed = 0.0  # Only the watching thread writes it, and others only the time of the renewal.
        self._renewed_at = 0.0
        threading.Thread(target=self._watch, daemon=True).start()

    def renew(self, seconds: float | None = None) -> None:
        """Restarts the countdown; `seconds`, if given, replaces the time limit."""
        self._renewed_at = self._elapsed
        self._seconds = seconds or self._seconds

    def pause(self) -> None:
        """Pauses the countdown until it is renewed."""
        self._renewed_at = math.inf

    def close(self) -> None:
        """Ends the countdown."""
        self._seconds = math.inf

    def _watch(self) -> None:
        while (waited := self._elapsed - self._renewed_at) < self._seconds < math.inf:
            tick_ends_at = time.monotonic() + TICK
            if waited > 0 and waited % PING_PERIOD == 0:
                self._ping()
            time.sleep(max(0.0, tick_ends_at - time.monotonic()))
            self._elapsed += TICK
        if self._seconds == math.inf:
            return
        write_to_stderr(f"error: {self._message} for {self._seconds:.0f} s\n")
        os._exit(UNANSWERED)

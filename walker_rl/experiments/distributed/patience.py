"""An end to every wait."""

import os
import threading
import time

from walker_rl.processes.exit_statuses import UNANSWERED
from walker_rl.processes.standard_error import write_to_stderr

TICK = 1.0  # seconds


class Patience:
    """Ends this process, with a line, if it is not told for too long that all is well.

    Calls of Reverb's client wait without a limit while their server is away, and hear no signal meanwhile.
    """

    def __init__(self, message: str, seconds: float = 300.0):
        """Begins to wait.

        Args:
            message: what to say at the end.
            seconds: for how long; time in which the process is stopped does not count.
        """
        self._seconds = seconds
        self._message = message
        self._waited = 0.0
        threading.Thread(target=self._watch, daemon=True).start()

    def renew(self, seconds: float | None = None) -> None:
        """All is well; from now on wait for so many `seconds`."""
        self._waited = 0.0
        self._seconds = seconds or self._seconds

    def pause(self) -> None:
        """Waits for nobody until it is renewed."""
        self._waited = -float("inf")

    def close(self) -> None:
        """Nothing is waited for any more."""
        self._seconds = float("inf")

    def _watch(self) -> None:
        while self._waited < self._seconds < float("inf"):
            time.sleep(TICK)
            self._waited += TICK
        if self._seconds == float("inf"):
            return
        write_to_stderr(f"error: {self._message} for {self._seconds:.0f} s\n")
        os._exit(UNANSWERED)

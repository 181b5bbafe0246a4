"""Trackers of third parties, which may fail."""

import contextlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from walker_rl.logging.tracker import Tracker

ValueT = TypeVar("ValueT")


class FallibleTracker(Tracker):
    """A tracker that is dropped with one warning when it fails, while training continues."""

    def __init__(self, name: str, make: Callable[[], Tracker], warn: Callable[[str], None]):
        """Makes the tracker; `warn` prints a line about its failure, with its `name`."""
        self._name = name
        self._warn = warn
        self._tracker: Tracker | None = None
        try:
            self._tracker = make()
        except Exception as error:
            self._give_up(error)

    def write(self, data: Mapping[str, Any]) -> None:
        """Forwards to the tracker."""
        self._attempt(lambda tracker: tracker.write(data))

    def discard_after(self, step: int) -> Mapping[str, int]:
        """Forwards to the tracker."""
        return self._attempt(lambda tracker: tracker.discard_after(step)) or {}

    def write_video(self, gif: Path, step: int) -> None:
        """Forwards to the tracker."""
        self._attempt(lambda tracker: tracker.write_video(gif, step))

    def finish(self, results: Mapping[str, float], policies: Path, step: int) -> None:
        """Forwards to the tracker."""
        self._attempt(lambda tracker: tracker.finish(results, policies, step))

    def close(self) -> None:
        """Forwards to the tracker."""
        self._attempt(lambda tracker: tracker.close())

    def _attempt(self, act: Callable[[Tracker], ValueT]) -> ValueT | None:
        if self._tracker is None:
            return None
        try:
            return act(self._tracker)
        except Exception as error:
            self._give_up(error)
            return None

    def _give_up(self, error: Exception) -> None:
        tracker, self._tracker = self._tracker, None
        if tracker is not None:
            with contextlib.suppress(Exception):
                tracker.close()
        reason = (str(error).splitlines() or [""])[0] or type(error).__name__
        self._warn(f"warning: {self._name} failed ({reason}); the run continues without it")

"""Speeds of counters."""

from collections import deque
from collections.abc import Mapping

RATE_WINDOW = 60.0
"""Seconds over which speeds are averaged."""


class Rates:
    """Changes of counters per second, over the last minute, by name."""

    def __init__(self) -> None:
        """Starts without readings."""
        self._points: deque[tuple[float, dict[str, float]]] = deque()

    def add(self, now: float, counters: Mapping[str, float]) -> None:
        """Adds a reading at `now`, in seconds; a counter that has fallen, as after a restart, begins a new history."""
        if self._points and any(counters.get(name, value) < value for name, value in self._points[-1][1].items()):
            self.clear()
        self._points.append((now, dict(counters)))
        while len(self._points) > 2 and self._points[1][0] < now - RATE_WINDOW:
            self._points.popleft()

    def clear(self) -> None:
        """Discards all readings."""
        self._points.clear()

    def rate(self, name: str) -> float:
        """Returns the changes per second of one counter; 0 while unknown."""
        points = [(at, counters[name]) for at, counters in self._points if name in counters]
        if len(points) < 2 or points[-1][0] == points[0][0]:
            return 0.0
        return (points[-1][1] - points[0][1]) / (points[-1][0] - points[0][0])

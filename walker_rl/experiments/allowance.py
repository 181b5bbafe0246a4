"""A time budget for optional work."""

import contextlib
import time
from collections.abc import Iterator


class Allowance:
    """A share of the elapsed time, to be spent on optional work."""

    def __init__(self, share: float):
        """Starts the clock; `share` is in (0, 1)."""
        self._share = share
        self._began = time.monotonic()
        self._spent = 0.0

    @property
    def is_left(self) -> bool:
        """True while no more than the share has been spent; initially True."""
        return self._spent <= self._share * (time.monotonic() - self._began)

    @contextlib.contextmanager
    def spending(self) -> Iterator[None]:
        """Counts the time of the block as spent."""
        start = time.monotonic()
        try:
            yield
        finally:
            self._spent += time.monotonic() - start

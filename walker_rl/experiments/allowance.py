"""Time for what is pleasant and not needed."""

import contextlib
import time
from collections.abc import Iterator


class Allowance:
    """A share of the time that passes, to be spent on something optional."""

    def __init__(self, share: float):
        """Counts from now on; `share` is in (0, 1)."""
        self._share = share
        self._began = time.monotonic()
        self._spent = 0.0

    @property
    def is_left(self) -> bool:
        """True while no more than the share has been spent, as at the beginning."""
        return self._spent <= self._share * (time.monotonic() - self._began)

    @contextlib.contextmanager
    def spending(self) -> Iterator[None]:
        """Counts the time of its block."""
        start = time.monotonic()
        try:
            yield
        finally:
            self._spent += time.monotonic() - start

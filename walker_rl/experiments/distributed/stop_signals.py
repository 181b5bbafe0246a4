"""How a person, or the machine, asks a launched run to stop."""

import os
import signal
from types import FrameType
from typing import Any

from walker_rl.experiments.distributed.node import STOPPED

INTERRUPTED = 130
"""Exit status after Ctrl-C."""

STOPPING = b"\nStopping; Ctrl-C again stops at once, without a checkpoint.\n"


class StopSignals:
    """What has been asked for: SIGTERM or one Ctrl-C to stop, a second Ctrl-C to stop at once."""

    def __init__(self) -> None:
        """Nothing has been asked for."""
        self.received: list[int] = []

    def __enter__(self) -> "StopSignals":
        """Listens."""
        self.listen()
        return self

    def __exit__(self, *_: Any) -> None:
        """Leaves signals to Python again."""
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)

    def listen(self) -> None:
        """Listens, whoever has done so before."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._receive)

    def is_urgent(self) -> bool:
        """Whether to stop at once."""
        return self.received.count(signal.SIGINT) > 1

    @property
    def exit_status(self) -> int:
        """Of a run that was asked to stop."""
        return INTERRUPTED if signal.SIGINT in self.received else STOPPED

    def _receive(self, number: int, frame: FrameType | None) -> None:
        if not self.received:
            os.write(2, STOPPING)
        self.received.append(number)

"""Standard output of a running command: a live block on a terminal, occasional plain lines elsewhere."""

import time
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from rich.console import Console, Group, RenderableType
from rich.live import Live

PLAIN_PERIOD = 30.0
"""Seconds between lines when the output is not a terminal."""

WIDE = 1_000
"""Characters per line when the output is not a terminal."""

LiveOutputT = TypeVar("LiveOutputT", bound="LiveOutput")


def make_console(**options: Any) -> Console:
    """Makes a console with Rich's `options`, as wide as any line without a terminal."""
    is_terminal = _can_redraw(Console())
    console = Console(force_jupyter=False, force_terminal=is_terminal, emoji=False, **options)  # No `:x:` in paths.
    if not is_terminal:
        console.width = WIDE
    return console


def _can_redraw(console: Console) -> bool:
    """Returns True for a terminal that can draw a block again.

    A notebook's cell claims to be one, and so does any output with FORCE_COLOR. TERM=dumb can't.
    """
    try:
        return console.file.isatty() and not (console.is_jupyter or console.is_dumb_terminal)
    except ValueError:  # The file is closed.
        return False


class LiveOutput:
    """Prints lines that stay, above a block that changes; a context manager."""

    def __init__(self, transient: bool = False) -> None:
        """Writes to standard output.

        Args:
            transient: whether the block disappears at the end.
        """
        self.console = make_console(highlight=False)
        self._transient = transient
        self._live: Live | None = None
        self._next_lines = time.monotonic() + PLAIN_PERIOD

    def __enter__(self: LiveOutputT) -> LiveOutputT:
        """Starts the live block, if there is a terminal to show it."""
        if self.console.is_terminal:
            self._live = Live("", console=self.console, auto_refresh=False, transient=self._transient)
            self._live.start(refresh=True)  # From now on, the last line may take the terminal's ^C.
        return self

    def __exit__(self, *_: Any) -> None:
        """Ends the live block."""
        if self._live:
            self._live.stop()
            self._live = None

    def message(self, text: str) -> None:
        """Prints one line that stays; only the terminal wraps it, so that its commands can be copied."""
        self.console.print(text, markup=False, soft_wrap=True)

    def show(self, block: Callable[[], RenderableType], lines: Callable[[], Iterable[str]]) -> None:
        """Redraws the block; without a terminal, prints the lines when they are due."""
        if self._live:
            # The empty last line takes the terminal's ^C, which would otherwise shift the block.
            self._live.update(Group(block(), ""), refresh=True)
        elif time.monotonic() >= self._next_lines:
            self._next_lines = time.monotonic() + PLAIN_PERIOD
            for line in lines():
                self.message(line)

"""What runs on this machine."""

from collections.abc import Iterator
from pathlib import Path


def commands_running() -> Iterator[str]:
    """The command line of every process."""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            yield path.read_bytes().decode(errors="replace")
        except OSError:  # It ended meanwhile.
            continue

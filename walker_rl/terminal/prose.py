"""Sentences on standard output."""

import shutil
import sys
import textwrap


def print_prose(text: str) -> None:
    """Prints lines that nobody copies into a shell; on a terminal, wraps them at spaces instead of within words."""
    if sys.stdout.isatty():
        width = shutil.get_terminal_size().columns
        lines = [
            textwrap.fill(line, width, break_long_words=False, break_on_hyphens=False) for line in text.splitlines()
        ]
        text = "\n".join(lines)
    print(text)

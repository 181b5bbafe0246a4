"""Sentences on standard output."""

import shutil
import sys
import textwrap


def print_prose(text: str, head: str = "") -> None:
    """Prints lines that nobody copies into a shell; on a terminal, wraps them at spaces instead of within words.

    Args:
        text: the lines.
        head: start of the first line, such as "note:"; the other lines are aligned beside it.
    """
    start = f"{head} " if head else ""
    if sys.stdout.isatty():
        width = max(1, shutil.get_terminal_size().columns - len(start))
        wrapper = textwrap.TextWrapper(width, break_long_words=False, break_on_hyphens=False)
        text = "\n".join(map(wrapper.fill, text.splitlines()))
    print(start + text.replace("\n", f"\n{' ' * len(start)}"))

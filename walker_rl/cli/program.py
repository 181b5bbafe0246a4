"""Programs as a user types them."""

import os
import shutil
import sys
from pathlib import Path


def as_word(path: Path) -> str:
    """Returns a path as a word of a command, which takes none for an option, as `-x` would be."""
    return f"./{path}" if str(path).startswith("-") else str(path)


def typed(program: str) -> str:
    """Returns a program's name if it is on the PATH, else its path in this Python environment."""
    if shutil.which(program):
        return program
    path = Path(sys.executable).with_name(program)
    try:
        return os.path.relpath(path)
    except FileNotFoundError:  # The current folder is gone.
        return str(path)

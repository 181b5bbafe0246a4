"""Programs as a user types them."""

import os
import shutil
import sys
from pathlib import Path


def as_word(path: Path) -> str:
    """Returns a path as a word of a command, which takes none for an option, as `-x` would be."""
    return f"./{path}" if str(path).startswith("-") else str(path)


def typed(program: str) -> str:
    """Returns a program's name if the PATH leads to that of this Python environment, else its path."""
    found, path = shutil.which(program), Path(sys.executable).with_name(program)
    if found and (not path.exists() or os.path.samefile(found, path)):
        return program
    try:
        return os.path.relpath(path)
    except FileNotFoundError:  # The current folder is gone.
        return str(path)

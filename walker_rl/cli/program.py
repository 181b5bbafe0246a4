"""Programs as a user types them."""

import os
import shutil
import sys
from pathlib import Path


def typed(program: str) -> str:
    """Returns a program's name if it is on the PATH, else its path in this Python environment."""
    return program if shutil.which(program) else os.path.relpath(Path(sys.executable).with_name(program))

"""Programs as they are typed."""

import os
import shutil
import sys
from pathlib import Path


def typed(program: str) -> str:
    """A program of this environment by its name, or by its path where `make` has left it off the PATH."""
    return program if shutil.which(program) else os.path.relpath(Path(sys.executable).with_name(program))

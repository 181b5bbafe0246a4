"""A copy of the package in a temporary folder, to which a test adds files and in which real processes run."""

import os
import re
import shutil
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]


def copy_package(folder: Path) -> None:
    """Copies `walker_rl/` into `folder`."""
    shutil.copytree(ROOT / "walker_rl", folder / "walker_rl", ignore=shutil.ignore_patterns("__pycache__"))


def in_copy(folder: Path) -> dict[str, Any]:
    """Options of `subprocess` with which a process imports the package of `folder`."""
    return {"cwd": folder, "env": os.environ | {"PYTHONPATH": str(folder)}}


def code_blocks(page: Path, language: str) -> list[str]:
    """The fenced blocks of a Markdown page in one language."""
    return re.findall(rf"^```{language}\n(.*?)^```", page.read_text(), re.MULTILINE | re.DOTALL)

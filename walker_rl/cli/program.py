"""Programs and commands as a user types them."""

import os
import shlex
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


def resume_command(runner: str, agent_name: str, path: Path, *options: str) -> str:
    """Returns the command that resumes a run."""
    return command_line(*runner.split(), agent_name, "--resume", path, *options)


def command_line(*words: str | Path) -> str:
    """Returns a `walker-rl` command as typed in a shell."""
    return shlex.join([typed("walker-rl"), *(as_word(word) if isinstance(word, Path) else word for word in words)])


def print_next(*commands: str) -> None:
    """Prints useful next commands, each on a line to copy."""
    for command in commands:
        print(f"next: {command}")

"""The folders in which a process looks for modules."""

import sys

CURRENT_FOLDER_LAST = "from walker_rl.processes.search_path import current_folder_last; current_folder_last(); "
"""Beginning of the code of a `python -c` in which a user's files must not take the place of modules."""


def current_folder_last() -> None:
    """Moves the current folder, which `python -m` and `python -c` put first, to the end of the search path.

    Otherwise a file in it, such as a user's `signal.py`, would take the place of Python's module of that name.
    """
    if not (sys.flags.isolated or getattr(sys.flags, "safe_path", False)):
        sys.path.append(sys.path.pop(0))

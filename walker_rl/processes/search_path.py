"""The folders in which a process looks for modules."""

import sys


def current_folder_last() -> None:
    """Moves the current folder, which `python -m` and `python -c` put first, to the end of the search path.

    Otherwise a file in it, such as a user's `signal.py`, would take the place of Python's module of that name.
    """
    if not (sys.flags.isolated or getattr(sys.flags, "safe_path", False)):
        sys.path.append(sys.path.pop(0))

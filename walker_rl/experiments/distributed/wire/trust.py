"""The task whose module a process may import although the name comes from the network, to which anyone may write.

Imports nothing heavy: a launcher must be single-threaded when it enters its private network.
"""

import os

TRUSTED = "WALKER_RL_TASK"
"""Environment variable with the name of the task."""


def trust(task: str) -> None:
    """Trusts `task` in this process and its future children."""
    os.environ[TRUSTED] = task


def is_trusted(task: str) -> bool:
    """True if somebody on this machine has named `task`."""
    return os.environ.get(TRUSTED) == task

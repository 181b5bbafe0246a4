"""Child processes: pinned to cores, tied to their parent, stopped in order, and described in words."""

import contextlib
import ctypes
import functools
import os
import shlex
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from walker_rl.errors import UserError
from walker_rl.processes.slots import Slot

_PR_SET_PDEATHSIG = 1

# Looked up here, to do little between fork and exec. Only Linux has it.
_prctl = getattr(ctypes.CDLL(None), "prctl", None)

PARENT = "WALKER_RL_PARENT"
"""Environment variable with the parent's process ID; a child polls it where the kernel can't tie the two."""

SAVING_LIMIT = 300.0
"""Seconds for a process to write its last checkpoint."""

PARENT_PERIOD = 1.0
"""Seconds between polls of the parent."""


PROMPT = "$ "
"""Beginning of a log's line with the command."""

TAIL_SIZE = 2**16
"""Bytes at the end of a log that are searched for its last line."""


class Ending(NamedTuple):
    """The end of a process; as text, "with status 1 (no space left)", "with status 0" or "killed by SIGKILL".

    Attributes:
        status: exit status; -N if signal N has killed it.
        line: last line that it printed; "" if none.
    """

    status: int
    line: str

    def __str__(self) -> str:
        """Describes the ending."""
        if self.status < 0:
            return f"killed by {signal_name(-self.status)}"
        return f"with status {self.status}" + (f" ({self.line})" if self.status and self.line else "")


class Child:
    """A process and the log to which it prints."""

    def __init__(self, popen: subprocess.Popen, log: Path):
        """Wraps a running process; `start_child` starts one."""
        self._popen = popen
        self.log = log

    @property
    def pid(self) -> int:
        """Process id."""
        return self._popen.pid

    @property
    def exit_status(self) -> int | None:
        """Exit status; None while the process runs, -N if signal N has killed it."""
        return self._popen.poll()

    @property
    def ending(self) -> Ending:
        """Ending of the process, for which it waits."""
        status, line = self._popen.wait(), last_line(self.log)
        return Ending(status, "" if line.startswith(PROMPT) else line)

    def terminate(self) -> None:
        """Asks the process to save and exit."""
        self._popen.terminate()

    def kill(self) -> None:
        """Kills the process, and if it has its own session, those that it has started."""
        if self.exit_status is None:
            (os.killpg if os.getsid(self.pid) == self.pid else os.kill)(self.pid, signal.SIGKILL)
            self._popen.wait()


def start_child(command: Sequence[str], log: Path, cores: Slot = (), inherited: Sequence[int] = ()) -> Child:
    """Starts a process that does not outlive the calling thread.

    It has its own session, so that Ctrl-C in a terminal reaches only its parent, which asks each child to stop.

    Args:
        command: words of its command.
        log: file to which its command and its output are appended; the folder is made if needed.
        cores: cores on which the process may run; this process's own if empty or no longer available.
        inherited: file descriptors that the process inherits.

    Raises:
        OSError: if the log can't be opened, or the system permits no more processes.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab", buffering=0) as output:
        with contextlib.suppress(OSError):  # A full disk costs only this line.
            output.write(os.fsencode(f"{PROMPT}{shlex.join(command)}\n"))
        popen = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            pass_fds=inherited,
            env=None if _prctl else {**os.environ, PARENT: str(os.getpid())},
            preexec_fn=functools.partial(_pin_and_tie, cores, os.getpid()),
        )
    return Child(popen, log)


def end_children(children: Sequence[Child], seconds: float, is_urgent: Callable[[], bool]) -> None:
    """Asks children to exit and waits up to `seconds`, or until `is_urgent`; kills the remaining ones."""
    running = [child for child in children if child.exit_status is None]
    for child in running:
        child.terminate()
    end = time.monotonic() + seconds
    while any(child.exit_status is None for child in running) and time.monotonic() < end and not is_urgent():
        time.sleep(0.05)
    for child in running:
        child.kill()


def tie_to_parent(parent: int) -> None:
    """Has this process killed when its parent ends: by the kernel on Linux, elsewhere by a thread.

    Raises:
        UserError: if the parent has already ended.
    """
    if _prctl:
        _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    else:
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    if os.getppid() != parent:
        raise UserError(f"parent = {parent}: must be the process that started this one, and alive")


def tie_to_starter() -> None:
    """Ties this process to the one whose `start_child` has asked it to watch, if there is one."""
    if parent := os.environ.pop(PARENT, None):
        tie_to_parent(int(parent))


def last_line(log: Path) -> str:
    """Returns the last non-empty line at the end of a log; "" if there is none or it can't be read."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - TAIL_SIZE))
            lines = file.read().decode(errors="replace").strip().splitlines()
    except OSError:
        return ""
    return lines[-1] if lines else ""


def signal_name(number: int) -> str:
    """Returns a signal's name, as in "SIGKILL"; real-time signals have only a number, as in "signal 40"."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _pin_and_tie(cores: Slot, parent: int) -> None:
    """Prepares the new process, before it executes the command."""
    if cores and hasattr(os, "sched_setaffinity"):
        with contextlib.suppress(OSError):  # They may have been taken away since; the parent's cores will do.
            os.sched_setaffinity(0, cores)
    if _prctl:
        tie_to_parent(parent)


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(PARENT_PERIOD)
    os.kill(os.getpid(), signal.SIGKILL)

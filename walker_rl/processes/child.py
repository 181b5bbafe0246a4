"""A process that this one has started: pinned, tied to it, ended in order, and described in words."""

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

# Looked up here: between fork and exec as little as possible is done. Linux has it.
_prctl = getattr(ctypes.CDLL(None), "prctl", None)

PARENT = "WALKER_RL_PARENT"
"""Environment variable with the process that a child watches, on systems whose kernel does not tie the two."""

PARENT_PERIOD = 1.0
"""Seconds between its looks."""


class Ending(NamedTuple):
    """End of a process; in words "with status 1 (no space left)" or "killed by SIGKILL".

    Attributes:
        status: exit status; -N if signal N has killed it.
        line: the last line that it has printed; "" if none.
    """

    status: int
    line: str

    def __str__(self) -> str:
        """Describes it."""
        if self.status < 0:
            return f"killed by {signal.Signals(-self.status).name}"
        return f"with status {self.status}" + (f" ({self.line})" if self.line else "")


class Child:
    """A process and the log to which it prints."""

    def __init__(self, popen: subprocess.Popen, log: Path):
        """Takes over a process that has been started; `start_child` starts one."""
        self._popen = popen
        self.log = log

    @property
    def pid(self) -> int:
        """Process id."""
        return self._popen.pid

    @property
    def exit_status(self) -> int | None:
        """None while the process runs; -N if signal N has killed it."""
        return self._popen.poll()

    @property
    def ending(self) -> Ending:
        """End of a process that has ended."""
        return Ending(self._popen.wait(), last_line(self.log))

    def terminate(self) -> None:
        """Asks the process to save and to end."""
        self._popen.terminate()

    def kill(self) -> None:
        """Ends the process at once, with those that it has started if it has a session of its own."""
        if self.exit_status is None:
            (os.killpg if os.getsid(self.pid) == self.pid else os.kill)(self.pid, signal.SIGKILL)
            self._popen.wait()


def start_child(command: Sequence[str], log: Path, cores: Slot = ()) -> Child:
    """Starts a process that does not outlive the thread that calls this.

    It has a session of its own: Ctrl-C in a terminal is for whoever started it, who asks each child to stop.

    Args:
        command: the words of its command.
        log: the file to which it prints, after its command; the folder is made, and what is there stays.
        cores: numbers of the cores on which the process, with all of its threads, may run; none leaves them as here.

    Raises:
        OSError: if the log can't be opened, or the system allows no more processes.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab", buffering=0) as output:
        with contextlib.suppress(OSError):  # A full disk costs this line, and not the process.
            output.write(f"$ {shlex.join(command)}\n".encode())
        popen = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            env=None if _prctl else {**os.environ, PARENT: str(os.getpid())},
            preexec_fn=functools.partial(_pin_and_tie, cores, os.getpid()),
        )
    return Child(popen, log)


def end_children(children: Sequence[Child], seconds: float, is_urgent: Callable[[], bool]) -> None:
    """Asks children to end and waits for so many `seconds`, or until it is urgent; kills those that are left."""
    running = [child for child in children if child.exit_status is None]
    for child in running:
        child.terminate()
    end = time.monotonic() + seconds
    while any(child.exit_status is None for child in running) and time.monotonic() < end and not is_urgent():
        time.sleep(0.05)
    for child in running:
        child.kill()


def tie_to_parent(parent: int) -> None:
    """Has this process killed when its parent ends: by the kernel of Linux, elsewhere by a thread.

    Raises:
        UserError: if it has ended already.
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
    """Returns the last line of a log that is not empty; "" if there is none."""
    lines = log.read_text(errors="replace").strip().splitlines() if log.exists() else []
    return lines[-1] if lines else ""


def _pin_and_tie(cores: Slot, parent: int) -> None:
    """Runs in the new process, before it is the command."""
    if cores and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, cores)
    if _prctl:
        tie_to_parent(parent)


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(PARENT_PERIOD)
    os.kill(os.getpid(), signal.SIGKILL)

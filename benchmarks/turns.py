"""Takes turns: contestants run one at a time, a few seconds each, round after round.

All processes start and warm up once; SIGSTOP suspends them between turns. On a machine whose speed drifts, the two
sides of a ratio are thus measured seconds apart, not minutes.
"""

import contextlib
import dataclasses
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import psutil

from benchmarks.meter import VARIABLE, Meter

ROOT = Path(__file__).parents[1]

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""Signals that end the benchmark."""


class BenchmarkError(Exception):
    """A contestant could not run; the message is for the user."""


@dataclasses.dataclass(frozen=True)
class Contestant:
    """A command to run, and its name.

    Attributes:
        name: name in the table.
        command: module and its arguments.
        python: Python interpreter.
        environment: environment variables, added to those of this process.
    """

    name: str
    command: tuple[str, ...]
    python: Path = Path(sys.executable)
    environment: tuple[tuple[str, str], ...] = ()


class _Process:
    """A contestant that runs only within `turn`."""

    def __init__(self, contestant: Contestant, folder: Path, stack: contextlib.ExitStack) -> None:
        self._contestant = contestant
        self._meter = Meter(str(folder / "meter"))
        self._errors = folder / "stderr"
        environment = {
            **dict(contestant.environment),
            VARIABLE: str(folder / "meter"),
            "TMPDIR": str(folder),  # Leftovers are deleted with the folder.
        }
        command = [contestant.python, "-m", *contestant.command]
        self._process = start(command, self._errors, stack, environment)

    def warm_up(self) -> None:
        while self._meter.count == 0:
            self._check()
            time.sleep(0.05)
        send(self._process, signal.SIGSTOP)

    def turn(self, seconds: float) -> float:
        """Runs for `seconds`; returns units per second."""
        before, began = self._meter.count, time.perf_counter()
        send(self._process, signal.SIGCONT)
        time.sleep(seconds)
        send(self._process, signal.SIGSTOP)
        rate = (self._meter.count - before) / (time.perf_counter() - began)
        self._check()
        if rate == 0:
            raise BenchmarkError(f"{self._contestant.name} did nothing in a turn of {seconds:g} s")
        return rate

    def _check(self) -> None:
        if self._process.poll() is not None:
            said = self._errors.read_text(errors="replace")
            raise ended(self._contestant.name, self._process.returncode, said)


def start(
    command: Sequence[str | Path],
    errors: Path,
    stack: contextlib.ExitStack,
    environment: Mapping[str, str] | None = None,
) -> subprocess.Popen:
    """Starts a process; `stack` kills it and its descendants.

    Args:
        command: words of its command.
        errors: file for its standard error.
        stack: context in which it runs.
        environment: environment variables, added to those of this process.
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)  # Until `stack` has the process.
    try:
        with errors.open("wb") as stderr:
            process = subprocess.Popen(
                command,
                cwd=ROOT,
                env={**os.environ, **(environment or {})},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=stderr,
                start_new_session=True,
                preexec_fn=_take_signals,
            )
        stack.callback(process.wait)
        stack.callback(send, process, signal.SIGKILL)
    finally:
        _take_signals()
    return process


def send(process: subprocess.Popen, number: signal.Signals) -> None:
    """Sends a signal to a process and its descendants, also to those with a session of their own, if they still run."""
    descendants = psutil.Process(process.pid).children(recursive=True) if process.poll() is None else []
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, number)  # Includes orphans.
    for one in descendants:
        with contextlib.suppress(psutil.NoSuchProcess):
            one.send_signal(number)


def run_module(*arguments: str, python: Path = Path(sys.executable)) -> str:
    """Runs `python -m` with these arguments in a separate process; returns the last line printed.

    Raises:
        BenchmarkError: if the process fails.
    """
    result = subprocess.run([python, "-m", *arguments], cwd=ROOT, capture_output=True, text=True)
    if result.returncode != 0:
        raise ended(" ".join(arguments), result.returncode, result.stderr)
    return result.stdout.splitlines()[-1]


def ended(name: str, status: int, said: str) -> BenchmarkError:
    """Makes an error of one line, with the status and the last line that the process has `said`."""
    last = said.strip().splitlines()[-1:] or ["no word on why"]
    return BenchmarkError(f"{name} ended with status {status}: {last[0]}")


def take_turns(contestants: Sequence[Contestant], rounds: int, seconds: float) -> dict[str, list[float]]:
    """Measures the units per second of each contestant in each round.

    Args:
        contestants: contestants with distinct names.
        rounds: turns of each contestant.
        seconds: length of a turn.

    Raises:
        BenchmarkError: if a contestant exits, or does nothing in a turn.
    """
    with _processes(contestants) as processes:
        rates: dict[str, list[float]] = {name: [] for name in processes}
        for _ in range(rounds):
            for name, process in processes.items():
                rates[name].append(process.turn(seconds))
    return rates


@contextlib.contextmanager
def _processes(contestants: Sequence[Contestant]) -> Iterator[dict[str, _Process]]:
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        processes = {}
        for index, contestant in enumerate(contestants):
            place = Path(folder) / str(index)
            place.mkdir()
            processes[contestant.name] = _Process(contestant, place, stack)
            processes[contestant.name].warm_up()
        yield processes


def _take_signals() -> None:
    signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)

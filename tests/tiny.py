"""Trainings that are real and small: the same code, smaller numbers."""

import contextlib
import csv
import importlib
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import psutil
import pytest

from walker_rl.agents import agent_names, config_class
from walker_rl.agents.config import DistributionalConfig, NoiseConfig
from walker_rl.environments import find_task
from walker_rl.errors import UserError

_WITH_NOISE = [name for name in agent_names() if issubclass(config_class(name), NoiseConfig)]

AGENT = next(name for name in _WITH_NOISE if not issubclass(config_class(name), DistributionalConfig))
"""The agent of tests that need one, whichever: off-policy, with a noisy policy and a plain critic."""

DISTRIBUTIONAL_AGENT = next(name for name in _WITH_NOISE if issubclass(config_class(name), DistributionalConfig))
"""Another, whose critic has a support."""

TINY_AGENT = (
    "agent.batch_size=32",
    "agent.samples_per_insert=32",
    "agent.min_replay_size=200",
    "agent.num_random_steps=200",
    "agent.policy_hidden_sizes=[16,16]",
    "agent.critic_hidden_sizes=[16,16]",
)

TINY_SCHEDULE = (
    "log_period=50",
    "evaluation.period=300",
    "evaluation.num_episodes=2",
    "evaluation.num_final_episodes=2",
    "evaluation.num_candidates=2",
    "evaluation.num_selection_episodes=2",
    "evaluation.film_period=null",
)

TINY_RUN = (*TINY_AGENT, *TINY_SCHEDULE)

COMMAND = (sys.executable, "-c", "import sys; from walker_rl.cli import main; sys.exit(main())")
"""`walker-rl` without the need to have it on the PATH."""


LIMIT = 300.0
"""Seconds for anything that takes a few on an idle machine, as the start of TensorFlow."""


def tiny_agent(agent_name: str) -> tuple[str, ...]:
    """Overrides that make an agent small: its own, or those of off-policy agents."""
    facts = importlib.import_module(f"tests.agents.{agent_name}.facts")
    return getattr(facts, "TINY", TINY_AGENT)


def set_options(overrides: tuple[str, ...]) -> list[str]:
    """The overrides as options of the command line."""
    return [word for override in overrides for word in ("--set", override)]


def run_command(*words: str | Path, timeout: float = 300, **options) -> subprocess.CompletedProcess:
    """Runs `walker-rl` in a process of its own, to its end."""
    arguments = [*COMMAND, *map(str, words)]
    return subprocess.run(arguments, capture_output=True, text=True, timeout=timeout, check=False, **options)


def run_unprivileged(*words: str | Path) -> subprocess.CompletedProcess:
    """Runs `walker-rl` without the superuser's right to read any file and to take any port."""
    drop = ["setpriv", "--bounding-set=-all", "--inh-caps=-all"] if os.geteuid() == 0 else []
    return subprocess.run([*drop, *COMMAND, *map(str, words)], capture_output=True, text=True, timeout=60)


def start_command(*words: str | Path, before: Sequence[str] = (), **options) -> subprocess.Popen:
    """Starts `walker-rl`, with other words `before` the command, in a process group of its own, as a shell does."""
    return subprocess.Popen(
        [*before, *COMMAND, *map(str, words)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
        **options,
    )


def in_every_python(folder: Path, code: str) -> dict[str, str]:
    """An environment whose Python processes run `code` when they start; it is written to `folder`."""
    (folder / "sitecustomize.py").write_text(code)
    return {**os.environ, "PYTHONPATH": f"{folder}:{os.environ.get('PYTHONPATH', '')}"}


def wait_for(path: Path, process: subprocess.Popen, num_lines: int = 0) -> None:
    """Waits until `process`, which must not end before, has written `path` with at least so many lines."""

    def has_written() -> bool:
        if path.exists() and (not num_lines or path.read_text().count("\n") >= num_lines):
            return True
        assert process.poll() is None
        return False

    wait_until(has_written)


def is_running(pid: int) -> bool:
    """True if there is a process with this ID that has not ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def wait_until(is_so: Callable[[], object], period: float = 0.002) -> None:
    """Waits until something is so, asked every `period` seconds, for at most `LIMIT`."""
    end = time.monotonic() + LIMIT
    while not is_so():
        assert time.monotonic() < end
        time.sleep(period)


def lines_until(process: subprocess.Popen, pattern: str) -> list[str]:
    """Lines that a process prints, up to one that begins with `pattern`, which must come within three minutes."""
    lines = []
    too_late = threading.Timer(180, process.kill)
    too_late.start()
    try:
        for line in process.stdout:
            lines.append(line)
            if re.match(pattern, line):
                return lines
    finally:
        too_late.cancel()
    raise AssertionError(f"no line like {pattern!r} in {lines}")


def training_processes(parent: subprocess.Popen) -> list[psutil.Process]:
    """The trainings that a process runs, and what they have started by the same command."""
    found = []
    for child in psutil.Process(parent.pid).children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):  # It has just ended.
            if "train" in child.cmdline():
                found.append(child)
    return found


def press_ctrl_c(process: subprocess.Popen) -> None:
    """Interrupts a process and its children, as a terminal does."""
    os.killpg(process.pid, signal.SIGINT)


def metrics_of(run: Path) -> dict[str, bytes]:
    """Every metric of a run that no clock is in, byte for byte."""
    return {path.name: path.read_bytes() for path in sorted((run / "metrics").glob("*.csv")) if path.stem != "timing"}


def rows(run: Path, stream: str) -> list[dict[str, str]]:
    """The rows of one of a run's metrics, with their numbers as text."""
    with (run / "metrics" / f"{stream}.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def last_checkpoint(run: Path) -> int:
    """The steps of a run's newest checkpoint."""
    return max(int(path.stem.removeprefix("step_")) for path in (run / "checkpoints").glob("step_*.npz"))


def unknown_task(name: str) -> str:
    """The line about a task that is not known; the nearest names depend on the packages that are installed."""
    with pytest.raises(UserError) as caught:
        find_task(name)
    return str(caught.value)

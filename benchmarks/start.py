"""Start-up times of commands; `python -m benchmarks.start` trains until its first environment step."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.report import Row
from benchmarks.turns import ROOT, ended

WALKER_RL = Path(sys.executable).with_name("walker-rl")


def measure(rounds: int) -> Iterator[Row]:
    """Measures the seconds of whole processes."""
    for arguments, target in ((["--help"], 0.3), (["train", "d4pg", "--help"], None)):
        seconds = [seconds_of([WALKER_RL, *arguments]) for _ in range(rounds)]
        yield Row(f"walker-rl {' '.join(arguments)}", "s", seconds, target=target, at_most=True)
    seconds = [seconds_of([sys.executable, "-m", "benchmarks.start"]) for _ in range(rounds)]
    yield Row("walker-rl train d4pg, to its first step", "s", seconds, target=8.0, at_most=True)


def seconds_of(command: list) -> float:
    """Times a process from start to end, in a temporary folder."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        result = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
        seconds = time.perf_counter() - began
    if result.returncode != 0:
        raise ended(" ".join(map(str, command)), result.returncode, result.stderr)
    return seconds


def train_to_first_step() -> None:
    """Runs `walker-rl train d4pg`, and exits after the first step of the environment."""
    from walker_rl.cli import main
    from walker_rl.runtime import configure_process

    configure_process()
    from walker_rl.environments import Environment

    step = Environment.step

    def step_and_end(environment, action):
        step(environment, action)
        os._exit(0)

    Environment.step = step_and_end
    main(["train", "d4pg", "--run-dir", "run"])


if __name__ == "__main__":
    train_to_first_step()

"""Launched runs for tests: real processes, small networks."""

import contextlib
import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from tests.tiny import AGENT, LIMIT, TINY_AGENT, is_running, set_options, start_command, tiny_agent
from walker_rl.experiments.run.checkpoint import read_checkpoint

SCHEDULE = set_options(
    (
        "task=Pendulum-v1",
        "log_period=50",
        "evaluation.period=2000",
        "evaluation.num_episodes=1",
        "evaluation.num_final_episodes=1",
        "evaluation.num_candidates=2",
        "evaluation.num_selection_episodes=1",
        "checkpoint.seconds_period=2",
    )
)
"""A task of 200 steps an episode."""

PENDULUM = [*set_options(TINY_AGENT), *SCHEDULE]

ENDLESS = ("--num-actors", "2", "--steps", "10000000")


class Launched:
    """A run that `walker-rl launch` has started."""

    def __init__(self, run: Path, *words: str | Path, agent: str = AGENT, before: Sequence[str] = (), **options: Any):
        self.path = run
        self.process = start_command("launch", agent, *words, before=before, **options)

    @property
    def status(self) -> dict[str, Any]:
        """What the central process wrote last; empty before."""
        try:
            return json.loads((self.path / "status.json").read_text())
        except (FileNotFoundError, ValueError):
            return {}

    @property
    def newest_checkpoint(self) -> dict[str, int]:
        """Learner steps and replay size of the newest checkpoint; zero before the first."""
        for path in reversed(checkpoints(self.path)):
            with contextlib.suppress(FileNotFoundError):  # It has just been dropped.
                state = read_checkpoint(path)
                return {
                    "learner_steps": int(state["learner"]["num_steps"]),
                    "replay_size": len(state["replay"]["rows"]),
                }
        return {"learner_steps": 0, "replay_size": 0}

    @property
    def has_learned_checkpoint(self) -> bool:
        """Whether there is a checkpoint with updates in it."""
        return self.newest_checkpoint["learner_steps"] > 0

    def pids(self, role: str = "") -> dict[str, int]:
        """Of the nodes that run, by name."""
        found = {}
        for folder in sorted(Path("/proc").glob("[0-9]*"), key=lambda folder: int(folder.name)):
            with contextlib.suppress(OSError):
                words = (folder / "cmdline").read_bytes().decode(errors="replace").split("\0")
                if "--parent" not in words or words[words.index("--parent") + 1] != str(self.process.pid):
                    continue
                name = words[words.index("--role") + 1]
                if name == "actor":
                    name = f"actor_{words[words.index('--index') + 1] if '--index' in words else folder.name}"
                if is_running(int(folder.name)) and name.startswith(role):
                    found.setdefault(name, int(folder.name))  # Its children have its command until they have their own.
        return found

    def kill(self, role: str, number: signal.Signals = signal.SIGKILL) -> dict[str, int]:
        """Sends a signal to all nodes of a role."""
        pids = self.pids(role)
        for pid in pids.values():
            os.kill(pid, number)
        return pids

    def wait_until(self, condition: Callable[[], Any], message: str) -> float:
        """Waits for it, `LIMIT` at most, and returns how long it took."""
        began = time.monotonic()
        while not condition():
            assert self.process.poll() is None, f"the run has ended: {self.output()}"
            assert time.monotonic() - began < LIMIT, f"{message}: not within {LIMIT} s; {self.status}"
            time.sleep(0.05)
        return time.monotonic() - began

    def wait_for_steps(self, actor_steps: int) -> None:
        self.wait_until(lambda: self.status.get("actor_steps", 0) >= actor_steps, f"{actor_steps} steps")

    def wait_for_learning(self, more: int = 20) -> None:
        """Waits for so many more updates."""
        before = self.status.get("learner_steps", 0)
        self.wait_until(lambda: self.status.get("learner_steps", 0) >= before + more, f"{more} more updates")

    def finish(self, seconds: float = 300) -> str:
        """Waits for the end and returns what was printed."""
        self._output, _ = self.process.communicate(timeout=seconds)
        return self._output

    def stop(self) -> str:
        """Ends the run as a batch system does; returns what was printed."""
        self.process.terminate()
        output = self.finish()
        assert self.process.returncode == 75, self.everything()
        return output

    def output(self) -> str:
        if not hasattr(self, "_output"):
            self.finish()
        return self._output

    def everything(self) -> str:
        """All that was printed and logged."""
        logs = [f"== {path}\n{path.read_text()}" for path in sorted((self.path / "logs").glob("*.log"))]
        return "\n".join([self.output(), *logs])


@contextlib.contextmanager
def launched(run: Path, *words: str | Path, agent: str = AGENT, **options: Any) -> Iterator[Launched]:
    """A new run, which is killed at the end if it still runs."""
    small = set_options(tiny_agent(agent))
    made = Launched(run, "--run-dir", run, *SCHEDULE, *small, *words, agent=agent, **options)
    try:
        yield made
    finally:
        end(made)


@contextlib.contextmanager
def resumed(run: Path, *words: str | Path, **options: Any) -> Iterator[Launched]:
    """A run that goes on."""
    made = Launched(run, "--resume", run, *words, **options)
    try:
        yield made
    finally:
        end(made)


def end(made: Launched) -> None:
    if made.process.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(made.process.pid, signal.SIGKILL)
        with contextlib.suppress(subprocess.TimeoutExpired):
            made.finish(60)
    assert_gone(made)


def assert_gone(made: Launched, seconds: float = 60) -> None:
    """No process of the run is left, nor Reverb's own folder if the run ended well."""
    began = time.monotonic()
    while made.pids():
        assert time.monotonic() - began < seconds, made.pids()
        time.sleep(0.05)
    assert not (made.path / ".reverb").exists() or made.process.returncode != 0


def checkpoints(run: Path) -> list[Path]:
    """Checkpoints of a run, the oldest first."""
    return sorted(run.glob("checkpoints/step_*.npz"))


def column(run: Path, stream: str, name: str) -> list[float]:
    """One column of a run's metrics."""
    header, *rows = [line.split(",") for line in (run / f"metrics/{stream}.csv").read_text().splitlines()]
    return [float(row[header.index(name)]) for row in rows]

"""One training, timed from its command's start to the first evaluation at or above a return.

The benchmark's own clock is read as a row appears in the run's table of evaluations. So start-up, a prior and
evaluations count, for every library alike.
"""

import contextlib
import csv
import dataclasses
import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.turns import ROOT, ended, run_module

POLL_PERIOD = 0.1
EPISODE_LENGTH = 1_000
"""Steps of an episode without a fall."""


@dataclasses.dataclass(frozen=True)
class Learner:
    """A contestant; in its texts {folder} and {seed} stand for those of a run.

    Attributes:
        name: its name in the table.
        train: arguments of its Python, from the module on, that train it.
        evaluations: CSV file with the columns `actor_steps` and `mean_return`.
        play: likewise, that play the policy which reached the last goal for `--episodes N` and print JSON.
        python: its interpreter.
        target: seconds to the last goal that no seed should exceed; None: there is no such target.
    """

    name: str
    train: tuple[str, ...]
    evaluations: str
    play: tuple[str, ...]
    python: Path = Path(sys.executable)
    target: float | None = None


@dataclasses.dataclass(frozen=True)
class Rules:
    """The same for every run.

    Attributes:
        goals: returns to reach, ascending; the last one ends the run.
        limit: seconds after which a run is stopped.
        num_episodes: fresh episodes that confirm the policy which reached the last goal.
    """

    goals: tuple[float, ...] = (1_500.0, 2_000.0)
    limit: float = 1_800.0
    num_episodes: int = 100


@dataclasses.dataclass(frozen=True)
class Confirmation:
    """Fresh episodes of the policy that reached the last goal: returns, and how many of them ended early."""

    mean: float
    stddev: float
    num_falls: int


@dataclasses.dataclass(frozen=True)
class Outcome:
    """One run.

    Attributes:
        seconds: from the command's start to each goal reached.
        actor_steps: environment steps at each goal reached.
        confirmation: None if the last goal was not reached.
    """

    seconds: tuple[float, ...]
    actor_steps: tuple[int, ...]
    confirmation: Confirmation | None

    def to_text(self, goals: tuple[float, ...]) -> str:
        """One line: "1,500 after 200 s and 60,000 steps"."""
        reached = [
            f"{goal:,g} after {seconds:,.0f} s and {steps:,} steps"
            for goal, seconds, steps in zip(goals, self.seconds, self.actor_steps, strict=False)
        ]
        if self.confirmation is None:
            return ", ".join([*reached, f"{goals[len(reached)]:,g} not reached"])
        confirmed = f"confirmed {self.confirmation.mean:,.0f} ± {self.confirmation.stddev:,.0f}"
        return ", ".join([*reached, f"{confirmed}, {self.confirmation.num_falls} falls"])


def time_run(learner: Learner, seed: int, rules: Rules, folder: Path) -> Outcome:
    """Trains until the last goal or the limit, then plays the policy that reached it.

    Args:
        learner: the contestant.
        seed: its seed.
        rules: when it ends.
        folder: the run's own; a finished run is read from `outcome.json` in it, an unfinished one is replaced.

    Raises:
        BenchmarkError: if one of the commands fails.
    """
    kept = folder / "outcome.json"
    if kept.exists():
        return _from_dict(json.loads(kept.read_text()))
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    words = {"folder": folder, "seed": seed}
    reached = list(_goals_reached(learner, rules, folder, words))
    confirmation = None
    if len(reached) == len(rules.goals):
        confirmation = _confirm(learner, rules.num_episodes, words)
    outcome = Outcome(tuple(seconds for seconds, _ in reached), tuple(steps for _, steps in reached), confirmation)
    kept.write_text(json.dumps(dataclasses.asdict(outcome)) + "\n")
    return outcome


def _goals_reached(
    learner: Learner, rules: Rules, folder: Path, words: dict[str, object]
) -> Iterator[tuple[float, int]]:
    """Yields the seconds and the environment steps of each goal, as the run reaches it."""
    evaluations, goals = Path(learner.evaluations.format(**words)), list(rules.goals)
    errors = folder / "stderr"
    began = time.monotonic()
    with _running([learner.python, "-m", *_filled(learner.train, words)], errors) as process:
        while goals:
            status = process.poll()
            rows, seconds = _read(evaluations), time.monotonic() - began
            if seconds > rules.limit:
                return
            for actor_steps, mean_return in rows:
                while goals and mean_return >= goals[0]:
                    del goals[0]
                    yield seconds, actor_steps
            if status is not None and status != 0:
                raise ended(f"{learner.name}, seed {words['seed']},", status, errors.read_text(errors="replace"))
            if status == 0:
                return
            time.sleep(POLL_PERIOD)


@contextlib.contextmanager
def _running(command: list, errors: Path) -> Iterator[subprocess.Popen]:
    """A process that ends, with all that it has started, when the context does."""
    with errors.open("wb") as stderr:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=stderr,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _read(evaluations: Path) -> list[tuple[int, float]]:
    """`actor_steps` and `mean_return` of each whole row so far."""
    if not evaluations.exists():
        return []
    lines = evaluations.read_text().splitlines(keepends=True)
    whole = [line for line in lines if line.endswith("\n")]
    return [(int(row["actor_steps"]), float(row["mean_return"])) for row in csv.DictReader(whole)]


def _confirm(learner: Learner, num_episodes: int, words: dict[str, object]) -> Confirmation:
    command = (*_filled(learner.play, words), "--episodes", str(num_episodes))
    played = json.loads(run_module(*command, python=learner.python))
    returns, lengths = played["episode_returns"], played["episode_lengths"]
    num_falls = sum(length < EPISODE_LENGTH for length in lengths)
    return Confirmation(statistics.mean(returns), statistics.pstdev(returns), num_falls)


def _filled(command: tuple[str, ...], words: dict[str, object]) -> list[str]:
    return [word.format(**words) for word in command]


def _from_dict(content: dict) -> Outcome:
    confirmation = content["confirmation"] and Confirmation(**content["confirmation"])
    return Outcome(tuple(content["seconds"]), tuple(content["actor_steps"]), confirmation)

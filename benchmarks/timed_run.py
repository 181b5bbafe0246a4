"""Times one run from its command's start to the first evaluation at or above a return.

The benchmark reads its own clock when a row appears in the run's table of evaluations, so start-up, a prior and
evaluations count for every library. The last return counts once fresh episodes confirm it; the training and the clock
pause while they are played.
"""

import contextlib
import csv
import dataclasses
import json
import shutil
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.turns import ended, run_module, send, start
from walker_rl.files.whole_file import write_whole_text

POLL_PERIOD = 0.1
EPISODE_LENGTH = 1_000
"""Steps of an episode without a fall."""


@dataclasses.dataclass(frozen=True)
class Learner:
    """A contestant; {folder} and {seed} in its texts stand for those of a run.

    Attributes:
        name: name in the table.
        train: module and arguments that train it.
        evaluations: CSV file with the columns `actor_steps` and `mean_return`.
        play: module and arguments that play the policy which reached the last goal, for `--episodes N`, and print JSON.
        python: Python interpreter.
        target: seconds to the last goal that no seed should exceed; None if there is no target.
    """

    name: str
    train: tuple[str, ...]
    evaluations: str
    play: tuple[str, ...]
    python: Path = Path(sys.executable)
    target: float | None = None


@dataclasses.dataclass(frozen=True)
class Rules:
    """Rules of every run.

    Attributes:
        goals: returns to reach, ascending; the last one ends the run.
        limit: seconds after which a run is stopped.
        num_episodes: fresh episodes whose mean return must also reach the last goal.
    """

    goals: tuple[float, ...] = (1_500.0, 2_000.0)
    limit: float = 1_800.0
    num_episodes: int = 100


@dataclasses.dataclass(frozen=True)
class Confirmation:
    """Results of fresh episodes of the policy that reached the last goal: returns, and falls."""

    mean: float
    stddev: float
    num_falls: int


@dataclasses.dataclass(frozen=True)
class Outcome:
    """The outcome of one run.

    Attributes:
        seconds: time from the command's start to each goal reached.
        actor_steps: environment steps at each goal reached.
        confirmation: fresh episodes of the last goal's policy; None if the goal was not reached.
        num_unconfirmed: evaluations that reached the last goal without being confirmed.
    """

    seconds: tuple[float, ...]
    actor_steps: tuple[int, ...]
    confirmation: Confirmation | None
    num_unconfirmed: int = 0

    def to_text(self, goals: tuple[float, ...]) -> str:
        """Describes the outcome in one line, as in "1,500 after 200 s and 60,000 steps"."""
        reached = [
            f"{goal:,g} after {seconds:,.0f} s and {steps:,} steps"
            for goal, seconds, steps in zip(goals, self.seconds, self.actor_steps, strict=False)
        ]
        if self.confirmation is None:
            return ", ".join([*reached, f"{goals[len(reached)]:,g} not reached"])
        confirmed = f"confirmed {self.confirmation.mean:,.0f} ± {self.confirmation.stddev:,.0f}"
        return ", ".join(
            [*reached, f"{confirmed}, {self.confirmation.num_falls} falls, {self.num_unconfirmed} unconfirmed before"]
        )


def time_run(learner: Learner, seed: int, rules: Rules, folder: Path) -> Outcome:
    """Trains until a policy reaches the last goal and is confirmed, or until the limit.

    Args:
        learner: the contestant.
        seed: seed of the run.
        rules: rules that end the run.
        folder: folder of this run alone; a finished run is read from its `outcome.json`, an unfinished one is replaced.

    Raises:
        BenchmarkError: if a command fails.
    """
    kept = folder / "outcome.json"
    if kept.exists():
        return _from_dict(json.loads(kept.read_text()))
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    outcome = _watch(learner, rules, folder, {"folder": folder, "seed": seed})
    write_whole_text(kept, json.dumps(dataclasses.asdict(outcome)) + "\n")
    return outcome


def _watch(learner: Learner, rules: Rules, folder: Path, words: dict[str, object]) -> Outcome:
    *first_goals, last_goal = rules.goals
    reached: list[tuple[float, int]] = []
    num_unconfirmed = 0
    errors = folder / "stderr"
    began = time.monotonic()
    with contextlib.ExitStack() as stack:
        process = start([learner.python, "-m", *_filled(learner.train, words)], errors, stack)
        for actor_steps, mean_return in _evaluations(process, Path(learner.evaluations.format(**words))):
            seconds = time.monotonic() - began
            if seconds > rules.limit:
                break
            if mean_return is None:
                continue
            reached += [(seconds, actor_steps) for goal in first_goals[len(reached) :] if mean_return >= goal]
            if mean_return < last_goal:
                continue
            with _paused(process):
                confirmation = _confirm(learner, rules.num_episodes, words)
            if confirmation.mean >= last_goal:
                return Outcome(*zip(*reached, (seconds, actor_steps), strict=True), confirmation, num_unconfirmed)
            num_unconfirmed += 1
            began = time.monotonic() - seconds
        else:  # It has ended before the limit.
            if process.returncode != 0:
                said = errors.read_text(errors="replace")
                raise ended(f"{learner.name}, seed {words['seed']},", process.returncode, said)
    seconds_reached, steps_reached = zip(*reached, strict=True) if reached else ((), ())
    return Outcome(seconds_reached, steps_reached, None, num_unconfirmed)


def _evaluations(process: subprocess.Popen, table: Path) -> Iterator[tuple[int, float | None]]:
    """Yields `actor_steps` and `mean_return` of each evaluation while the process runs; (0, None) between them."""
    num_read = 0
    while True:
        has_ended = process.poll() is not None
        rows = _read(table)[num_read:]
        num_read += len(rows)
        yield from rows
        if has_ended:
            return
        yield 0, None
        time.sleep(POLL_PERIOD)


@contextlib.contextmanager
def _paused(process: subprocess.Popen) -> Iterator[None]:
    """Stops a process and its descendants while the context lasts."""
    send(process, signal.SIGSTOP)
    yield
    send(process, signal.SIGCONT)


def _read(evaluations: Path) -> list[tuple[int, float]]:
    """Reads `actor_steps` and `mean_return` of each whole row so far."""
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
    return Outcome(tuple(content["seconds"]), tuple(content["actor_steps"]), confirmation, content["num_unconfirmed"])

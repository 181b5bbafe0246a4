"""Times until contestants learn to walk: whole runs one after another, seed by seed.

One run at a time: seed 0 of each contestant, then seed 1 of each. Pause all other work on the machine first.
"""

import dataclasses
import itertools
import math
import shutil
import statistics
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from benchmarks.contests import PEERS_PYTHON
from benchmarks.report import number
from benchmarks.timed_run import Learner, Outcome, Rules, time_run
from benchmarks.turns import ROOT, BenchmarkError

RUN = "{folder}/run"


def ours(name: str, *arguments: str, command: str = "train", target: float | None = None) -> Learner:
    """Makes a contestant of a command with these arguments, and evaluations of 10 episodes like all others."""
    options = ("--seed", "{seed}", "--run-dir", RUN, "--set", "evaluation.num_episodes=10")
    return Learner(
        name,
        train=("walker_rl", command, *arguments, *options),
        evaluations=f"{RUN}/metrics/evaluation.csv",
        play=("walker_rl", "evaluate", f"{RUN}/policy/last.npz", "--json"),
        target=target,
    )


def sbx(algorithm: str) -> Learner:
    """Makes an SBX contestant with the RL Zoo's settings, and more steps than the time limit permits."""
    return Learner(
        f"SBX {algorithm}",
        train=("benchmarks.contestants.peer_curve", algorithm, RUN, "--seed", "{seed}", "--steps", "1000000"),
        evaluations=f"{RUN}/evaluations.csv",
        play=("benchmarks.contestants.peer_policy", algorithm, f"{RUN}/last.zip"),
        python=PEERS_PYTHON,
    )


PRESET = ("d4pg", "--prior", "gait", "--config", "configs/fast.yaml")
OURS = (
    ours("D4PG preset", *PRESET, target=300.0),
    ours("D4PG preset, launched", *PRESET, "--num-actors", "1", command="launch"),
    ours("D4PG defaults", "d4pg"),
    ours("PPO", "ppo", "--config", "configs/ppo.yaml"),
)
PEERS = (sbx("TD3"), sbx("SAC"), sbx("CrossQ"))


@dataclasses.dataclass(frozen=True)
class LearningRow:
    """A contestant's runs, with seeds from 0.

    Attributes:
        learner: the contestant.
        rules: rules of all runs.
        outcomes: outcomes by seed.
    """

    learner: Learner
    rules: Rules
    outcomes: list[Outcome]

    @property
    def columns(self) -> tuple[str, ...]:
        goals = [f"{goal:,g}" for goal in self.rules.goals]
        seconds = [f"s to {goal}" for goal in goals]
        confirmed = f"return, {self.rules.num_episodes} episodes"
        return ("contestant", *seconds, f"steps to {goals[-1]}", confirmed, "std", "falls", "to reach")

    def cells(self) -> tuple[str, ...]:
        """Returns cells for `columns`, with the median and each seed's value."""
        last = len(self.rules.goals) - 1
        seconds = [by_seed(self._seconds(goal)) for goal in range(last + 1)]
        steps = by_seed([at(outcome.actor_steps, last) for outcome in self.outcomes])
        values = [dataclasses.astuple(one.confirmation) if one.confirmation else (None,) * 3 for one in self.outcomes]
        confirmed = [by_seed(column, median_of_known) for column in zip(*values, strict=True)]
        target = "" if self.learner.target is None else f"at most {self.learner.target:g}"
        return (self.learner.name, *seconds, steps, *confirmed, target)

    def to_dict(self) -> dict[str, Any]:
        """Returns the command, the rules, all outcomes, and the median seconds to each goal."""
        return {
            "name": self.learner.name,
            "command": " ".join(self.learner.train),
            "target": self.learner.target,
            **dataclasses.asdict(self.rules),
            "outcomes": [dataclasses.asdict(outcome) for outcome in self.outcomes],
            "median_seconds": [median(self._seconds(goal)) for goal in range(len(self.rules.goals))],
        }

    def _seconds(self, goal: int) -> list[float | None]:
        return [at(outcome.seconds, goal) for outcome in self.outcomes]


def at(values: Sequence[float], goal: int) -> float | None:
    """Returns the value at a goal, or None if the run has not reached it."""
    return values[goal] if goal < len(values) else None


def median(values: Sequence[float | None]) -> float | None:
    """Computes the median, with None as larger than any number."""
    middle = statistics.median(math.inf if value is None else value for value in values)
    return None if math.isinf(middle) else middle


def median_of_known(values: Sequence[float | None]) -> float | None:
    """Computes the median without the Nones."""
    known = [value for value in values if value is not None]
    return statistics.median(known) if known else None


def by_seed(values: Sequence[float | None], middle: Callable[[Sequence[float | None]], float | None] = median) -> str:
    """Formats the median, as `middle` computes it, and the values if there are several; "-" for None."""
    texts = ["-" if value is None else number(value) for value in (middle(values), *values)]
    return texts[0] if len(values) == 1 else f"{texts[0]} ({', '.join(texts[1:])})"


def measure(rounds: int) -> Iterator[LearningRow]:
    """Measures all available contestants; `rounds` is the number of seeds."""
    from walker_rl.experiments.run.provenance import commit

    learners = (*OURS, *PEERS) if PEERS_PYTHON.exists() else OURS
    folder = ROOT / "runs/benchmark/learning" / commit()
    if folder.name == "unknown" or folder.name.endswith("-dirty"):  # Finished runs may be of other code.
        shutil.rmtree(folder, ignore_errors=True)
    return race(learners, rounds, Rules(), folder)


def race(learners: Sequence[Learner], num_seeds: int, rules: Rules, folder: Path) -> Iterator[LearningRow]:
    """Runs all contestants with one seed before the next; then yields their rows.

    Args:
        learners: contestants; one that fails is skipped from then on.
        num_seeds: runs per contestant.
        rules: rules that end a run.
        folder: parent of the runs' folders.

    Raises:
        BenchmarkError: if a contestant failed; raised after the rows.
    """
    outcomes: dict[str, list[Outcome]] = {learner.name: [] for learner in learners}
    failures: dict[str, BenchmarkError] = {}
    for seed, learner in itertools.product(range(num_seeds), learners):
        if learner.name in failures:
            continue
        try:
            outcome = time_run(learner, seed, rules, folder / learner.name.replace(" ", "_") / f"seed{seed}")
        except BenchmarkError as error:
            failures[learner.name] = error
            print(f"  {error}", file=sys.stderr, flush=True)
        else:
            outcomes[learner.name].append(outcome)
            print(f"  {learner.name}, seed {seed}: {outcome.to_text(rules.goals)}", file=sys.stderr, flush=True)
    yield from (LearningRow(it, rules, outcomes[it.name]) for it in learners if outcomes[it.name])
    if failures:
        raise BenchmarkError("; ".join(map(str, failures.values())))

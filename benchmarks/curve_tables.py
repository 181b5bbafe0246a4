"""Writes the tables of one run for `walker-rl compare`, without importing walker_rl."""

import csv
from pathlib import Path
from typing import Any

EVALUATIONS = ("run", "actor_steps", "walltime", "mean_return", "critic_loss")
RUNS = ("run", "group", "task", "seed", "commit", "command", "last_return", "best_return")


class CurveTables:
    """The tables `evaluations.csv`, which grows, and `runs.csv`, written at the end."""

    def __init__(self, folder: Path, run: str) -> None:
        """Makes `folder`, which must not exist, for the run named `run`."""
        folder.mkdir(parents=True)
        self._folder = folder
        self._run = run
        self._evaluations = (folder / "evaluations.csv").open("w", newline="")
        self._write(self._evaluations, EVALUATIONS)

    def evaluation(self, actor_steps: int, walltime: float, mean_return: float) -> None:
        """Adds an evaluation, with the seconds of training before it."""
        self._write(self._evaluations, (self._run, actor_steps, f"{walltime:.6g}", f"{mean_return:.6g}", "nan"))

    def end(self, group: str, task: str, seed: int, version: str, command: str, last_return: float) -> None:
        """Describes the run, with the code's `version` and the last policy's return in other episodes."""
        self._evaluations.close()
        with (self._folder / "runs.csv").open("w", newline="") as file:
            self._write(file, RUNS)
            self._write(file, (self._run, group, task, seed, version, command, f"{last_return:.6g}", ""))

    def _write(self, file: Any, row: tuple[Any, ...]) -> None:
        csv.writer(file, lineterminator="\n").writerow(row)
        file.flush()

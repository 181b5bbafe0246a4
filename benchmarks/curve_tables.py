"""The tables of one run that `walker-rl compare` reads, written without this package's Python."""

import csv
from pathlib import Path
from typing import Any

EVALUATIONS = ("run", "actor_steps", "walltime", "mean_return", "critic_loss")
RUNS = ("run", "group", "task", "seed", "commit", "command", "last_return", "best_return")


class CurveTables:
    """`evaluations.csv`, which grows, and `runs.csv`, written at the end."""

    def __init__(self, folder: Path, run: str) -> None:
        """Makes `folder`, which must not exist, for the run of that name."""
        folder.mkdir(parents=True)
        self._folder = folder
        self._run = run
        self._evaluations = (folder / "evaluations.csv").open("w", newline="")
        self._write(self._evaluations, EVALUATIONS)

    def evaluation(self, actor_steps: int, walltime: float, mean_return: float) -> None:
        """Adds one, with the seconds of training before it."""
        self._write(self._evaluations, (self._run, actor_steps, f"{walltime:.6g}", f"{mean_return:.6g}", "nan"))

    def end(self, group: str, task: str, seed: int, version: str, command: str, last_return: float) -> None:
        """Says what the run was: `version` of the code, and the return of its last policy in other episodes."""
        self._evaluations.close()
        with (self._folder / "runs.csv").open("w", newline="") as file:
            self._write(file, RUNS)
            self._write(file, (self._run, group, task, seed, version, command, f"{last_return:.6g}", ""))

    def _write(self, file: Any, row: tuple[Any, ...]) -> None:
        csv.writer(file, lineterminator="\n").writerow(row)
        file.flush()

"""Tables that a comparison keeps must not replace those of another one, whose runs may be gone."""

from collections.abc import Sequence
from pathlib import Path

from walker_rl.analysis.compared_run import ComparedRun
from walker_rl.analysis.run_paths import EVALUATIONS, RUNS
from walker_rl.analysis.run_tables import read_tables
from walker_rl.errors import NotWholeError, UserError

MAX_NAMES = 3
"""Most runs that the error names."""


def tables_in(folder: Path) -> list[Path]:
    """Returns the paths of the two tables in a folder."""
    return [folder / RUNS, folder / EVALUATIONS]


def check_replaceable_tables(folder: Path, runs: Sequence[ComparedRun]) -> None:
    """Checks that a folder has no tables, or only those of runs that are compared.

    Args:
        folder: folder of the tables to write.
        runs: the compared runs.

    Raises:
        UserError: if it has tables of other runs, or damaged ones.
    """
    if not any(path.exists() for path in tables_in(folder)):
        return
    must_be = f"keep = {folder}: must be new or hold tables of the same runs"
    try:
        kept = read_tables(folder)
    except NotWholeError as error:
        raise UserError(f"{must_be} ({error})") from None
    others = [old.name for old in kept if not any(_is_earlier(old, run) for run in runs)]
    if others:
        more = f" and {len(others) - MAX_NAMES} more" if len(others) > MAX_NAMES else ""
        raise UserError(f"{must_be} (it also has {', '.join(others[:MAX_NAMES])}{more})")


def _is_earlier(old: ComparedRun, run: ComparedRun) -> bool:
    """True if `run` is `old`, perhaps trained further: it has all its evaluations, to the digits that tables keep."""
    earlier, evaluations = _evaluations(old), _evaluations(run)
    is_same = (old.task, old.seed, old.commit) == (run.task, run.seed, run.commit)
    return is_same and evaluations[: len(earlier)] == earlier


def _evaluations(run: ComparedRun) -> list[tuple[float, str]]:
    return [(step, f"{value:.6g}") for step, value in zip(run.actor_steps.tolist(), run.returns, strict=True)]

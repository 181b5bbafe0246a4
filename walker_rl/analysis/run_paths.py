"""Paths of runs: run directories, folders of some, and folders of the tables that replace runs."""

import glob
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from walker_rl.analysis.run_names import natural_order
from walker_rl.errors import NotWholeError, UserError, reason_of
from walker_rl.experiments.run.directory import RunDirectory

RUNS = "runs.csv"
EVALUATIONS = "evaluations.csv"


def expand(paths: Sequence[str | Path]) -> list[Path]:
    """Returns the run directories and the folders of tables in some paths or patterns; keeps other paths as they are.

    Each path or pattern gives a run once, even if symbolic links also lead to it.
    """
    found = ([run for match in _matches(Path(path)) for run in _runs_in(match)] for path in paths)
    return [run for runs in found for run in without_repeats(runs)]


def without_repeats(paths: Iterable[Path]) -> list[Path]:
    """Sorts paths and keeps one for each place: the one with the fewest symbolic links, and of these the first."""
    places: dict[Path, Path] = {}
    for path in sorted(paths, key=lambda path: (_num_links(path), path)):
        places.setdefault(real_path(path), path)
    return sorted(places.values())


def real_path(path: str | Path) -> Path:
    """Returns an absolute path without symbolic links; unlike `Path.resolve`, also of a link to itself."""
    return Path(os.path.realpath(path))


def _num_links(path: Path) -> int:
    return sum(map(os.path.islink, (path, *path.parents)))


def _matches(path: Path) -> list[Path]:
    """Returns the paths that match a pattern, in order; its longest existing part is literal, brackets included."""
    existing = next(one for one in (path, *path.parents) if os.path.lexists(one))
    rest = path.relative_to(existing)
    return sorted(existing / match for match in glob.glob(str(rest), root_dir=existing)) or [path]


def _runs_in(path: Path) -> list[Path]:
    """Returns the runs in a folder such as a sweep's; `path` itself if it is a run, has tables or has no runs."""
    if RunDirectory(path).exists or os.path.isfile(path / RUNS):  # Also False where access is denied.
        return [path]
    return sorted((path / found).parent for found in glob.glob("*/config.yaml", root_dir=path)) or [path]


def runs_beside_tables(path: Path) -> list[str]:
    """Returns the names of the run directories in a folder that has tables, which stand for the folder."""
    if RunDirectory(path).exists or not os.path.isfile(path / RUNS):
        return []
    return sorted((Path(found).parts[0] for found in glob.glob("*/config.yaml", root_dir=path)), key=natural_order)


def folders_of_runs(path: str | Path) -> list[str]:
    """Returns the names of the folders in a folder that have runs or tables."""
    found = (one for rest in (RUNS, "*/config.yaml") for one in glob.glob(f"*/{rest}", root_dir=path))
    return sorted({Path(one).parts[0] for one in found}, key=natural_order)


def _denied(path: Path) -> str:
    """Returns the reason why a path or a folder's contents can't be reached; "" if they can."""
    try:
        os.listdir(path)
        os.lstat(path / RUNS)
    except PermissionError as error:
        return reason_of(error)
    except OSError:
        pass
    return ""


def no_runs(path: Path) -> UserError:
    """Returns the error of a path without runs: a `NotWholeError`, to be left out, unless it does not exist."""
    if reason := _denied(path):
        return NotWholeError(f"run = {path}: cannot be read ({reason})")
    if not os.path.lexists(path):
        return UserError(f"run = {path}: does not exist, and as a pattern matches nothing")
    deeper = folders_of_runs(path)
    has = f", as are its folders {', '.join(deeper)}" if deeper else ""
    return NotWholeError(
        f"run = {path}: must be a run directory, a folder of some, or one with {RUNS} and {EVALUATIONS}{has}"
    )

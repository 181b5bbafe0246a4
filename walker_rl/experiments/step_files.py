"""Files of a folder that are named by environment steps: checkpoints, candidates and stages of a run."""

import contextlib
from collections.abc import Iterable
from pathlib import Path


def step_file(folder: Path, actor_steps: int) -> Path:
    """Returns the path of the file of `actor_steps` in a folder."""
    return folder / f"step_{actor_steps:012d}.npz"


def step_files(folder: Path) -> dict[int, Path]:
    """Finds these files by their environment steps, in order; skips half-written ones and other names."""
    found = {path.stem.removeprefix("step_"): path for path in sorted(folder.glob("step_*.npz"))}
    return {int(steps): path for steps, path in found.items() if steps.isdecimal()}


def delete(paths: Iterable[Path]) -> None:
    """Deletes files; one that can't be deleted costs only its place."""
    for path in paths:
        with contextlib.suppress(OSError):
            path.unlink()

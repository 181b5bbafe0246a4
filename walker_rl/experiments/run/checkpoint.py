"""Checkpoints that are whole or not there."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from walker_rl.array_file import TornFileError, read_arrays, write_arrays
from walker_rl.types import State

_TREE = "tree.json"
_ARRAY = "__array__"


class Checkpointer:
    """A folder of `step_*.npz`, newest last; each holds a `State` and the checksums of its parts."""

    def __init__(self, folder: Path, num_kept: int):
        """Uses `folder`, which exists; the newest `num_kept` checkpoints are kept in it."""
        self._folder = folder
        self._num_kept = num_kept

    def paths(self) -> list[Path]:
        """All checkpoints, oldest first; what was left half-written is not among them."""
        return sorted(self._folder.glob("step_*.npz"))

    def write(self, actor_steps: int, state: State) -> Path:
        """Writes a checkpoint, and then drops all but the newest up to it.

        One of a later step was torn, or the run would have gone on from there; it goes too.

        Raises:
            OSError: if it can't be written; those before it are untouched.
        """
        path = self._folder / f"step_{actor_steps:012d}.npz"
        write_checkpoint(path, state)
        kept = [other for other in self.paths() if other <= path][-self._num_kept :]
        for other in self._folder.glob("step_*"):
            if other not in kept:
                other.unlink()
        return path

    def read_newest(self, warn: Callable[[str], None]) -> tuple[Path, State] | None:
        """The newest checkpoint that is whole; one that is torn is named to `warn` and passed over."""
        for path in reversed(self.paths()):
            try:
                return path, read_checkpoint(path)
            except (OSError, TornFileError) as error:
                warn(f"{path} is torn ({error}); using the one before it")
        return None


def write_checkpoint(path: Path, state: State) -> None:
    """Writes one checkpoint.

    Raises:
        OSError: if it can't be written; what was at `path` is still there.
    """
    write_arrays(path, _flatten(state))


def read_checkpoint(path: Path) -> State:
    """Reads one checkpoint.

    Raises:
        OSError: if it can't be opened.
        TornFileError: if it is torn; each part's checksum is checked.
    """
    arrays = read_arrays(path)
    try:
        state: State = _unflatten(json.loads(arrays[_TREE].tobytes()), arrays)
    except KeyError as error:
        raise TornFileError(f"part {error} is missing") from None
    return state


def _flatten(state: State) -> dict[str, np.ndarray]:
    """Arrays by path, and all else as JSON with the places of the arrays marked."""
    arrays: dict[str, np.ndarray] = {}

    def mark(value: Any, path: str) -> Any:
        if isinstance(value, dict):
            return {key: mark(item, f"{path}/{key}") for key, item in value.items()}
        if isinstance(value, np.ndarray):
            arrays[path] = value
            return {_ARRAY: path}
        return value

    tree = json.dumps(mark(state, "state"))
    return {**arrays, _TREE: np.frombuffer(tree.encode(), np.uint8)}


def _unflatten(tree: Any, arrays: dict[str, np.ndarray]) -> Any:
    if not isinstance(tree, dict):
        return tree
    if _ARRAY in tree:
        return arrays[tree[_ARRAY]]
    return {key: _unflatten(value, arrays) for key, value in tree.items()}

"""Checkpoints: written atomically when due, and restored to continue a run."""

import json
import math
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from walker_rl.environments import find_task
from walker_rl.errors import RunError, UserError, reason_of, text_of
from walker_rl.experiments.config import ExperimentConfig, differences, to_dict
from walker_rl.experiments.run.state_kinds import check_kinds
from walker_rl.experiments.step_files import delete, step_file, step_files
from walker_rl.files.array_file import TornFileError, read_arrays, write_arrays
from walker_rl.printable import describe_sizes
from walker_rl.types import State

_START_ANEW = "start anew in another run directory"

RETRY_PERIOD = 10.0
"""Seconds until the next try after a failure to write a checkpoint."""

_TREE = "tree.json"
_ARRAY = "__array__"


class Checkpoints:
    """A folder of files `step_*.npz`, each with a `State`, configuration, sizes of the task, and checksums of all."""

    def __init__(self, folder: Path, config: ExperimentConfig, warn: Callable[[str], None]):
        """Plans the first checkpoint.

        Args:
            folder: folder of the checkpoints, which exists.
            config: the experiment's configuration, stored in each checkpoint.
            warn: function that prints a warning.
        """
        self._folder = folder
        self._config = to_dict(config)
        task = find_task(config.task, config.environment)
        self._sizes = {"observations": task.observation_size, "actions": task.action_size}
        self._settings = config.checkpoint
        self._warn = warn
        self._newest: Path | None = None
        self._plan(0)

    def paths(self) -> list[Path]:
        """Lists all checkpoints, oldest first, without half-written ones."""
        return list(step_files(self._folder).values())

    @property
    def newest(self) -> Path | None:
        """The checkpoint that was restored or written last; before that, the newest file."""
        return self._newest or next(reversed(self.paths()), None)

    def is_due(self, actor_steps: int) -> bool:
        """Returns True once the configured time or steps have passed since the last checkpoint, or the last try."""
        return actor_steps >= self._due_steps or time.monotonic() >= self._due_at

    def write(self, actor_steps: int, save: Callable[[], State]) -> bool:
        """Writes a checkpoint of what `save` returns, then drops all but the newest up to it.

        Those of later steps are dropped too: they are torn, or the run would have continued from there. If the disk is
        full and an earlier checkpoint exists, this one is skipped with a warning.

        Returns:
            True if it was written.

        Raises:
            OSError: if it can't be saved or written and there is no earlier one.
        """
        self._plan(actor_steps)
        path = step_file(self._folder, actor_steps)
        try:
            write_checkpoint(path, {"config": self._config, "sizes": self._sizes, **save()})
        except OSError as error:
            if self.newest is None:
                raise
            self._due_at = time.monotonic() + RETRY_PERIOD
            failure = f"the checkpoint at {actor_steps:,} steps could not be written ({reason_of(error)})"
            self._warn(f"warning: {failure}; {self.newest} stays valid")
            return False
        self._newest = path
        kept = [other for other in self.paths() if other <= path][-self._settings.num_kept :]
        delete({*self.paths(), *self._folder.glob("step_*.npz.*part")} - {*kept})
        return True

    def restore_newest(self, fresh: State, restore: Callable[[State], None]) -> Path | None:
        """Continues from the newest intact checkpoint; warns of each torn one.

        Args:
            fresh: state of a run that has just begun, against which the types of the checkpoint's values are checked.
            restore: function that restores a state; its `KeyError` means that a part is missing.

        Returns:
            The checkpoint, or None if there is none yet.

        Raises:
            OSError: if the newest can't be read, though it may be intact.
            RunError: if none is intact, the newest does not fit into memory, or holds another version's state, or no
                valid one.
            UserError: if it belongs to another configuration or to a task of other sizes, or other files of the run
                have lost data.
        """
        found = self._read_newest()
        if found is None and self.paths():
            raise RunError(f"no checkpoint of this run can be read; {_START_ANEW}")
        if found is None:
            return None
        actor_steps, path, state = found
        try:
            self._check_sizes(state.get("sizes", self._sizes))  # Older versions kept none.
            check_kinds(state, {"config": {}, **fresh})
            for difference in differences(self._config, state["config"]):
                raise UserError(f"{difference}: must be as in {path} to resume from it")
            restore(state)
        except KeyError as error:
            raise RunError(f"{path} was written by another version of this program: it has no {error}") from None
        except (OSError, RunError, UserError):
            raise
        except Exception as error:  # Each part raises its own errors for an invalid state.
            raise RunError(f"{path} holds no state of this run ({text_of(error)}); {_START_ANEW}") from None
        self._newest = path
        self._plan(actor_steps)
        return path

    def _check_sizes(self, began: dict[str, int]) -> None:
        check_kinds(began, self._sizes, "state/sizes")
        if began != self._sizes:
            sizes, now = (describe_sizes(one["observations"], one["actions"]) for one in (began, self._sizes))
            raise UserError(f"task = {self._config['task']}: must have {sizes}, as when the run began, not {now}")

    def _read_newest(self) -> tuple[int, Path, State] | None:
        for actor_steps, path in reversed(step_files(self._folder).items()):
            try:
                return actor_steps, path, read_checkpoint(path)
            except MemoryError:
                raise RunError(f"{path} does not fit into the memory of this process") from None
            except (FileNotFoundError, TornFileError) as error:
                self._warn(f"warning: {path} is torn ({error}); using the one before it")
        return None

    def _plan(self, actor_steps: int) -> None:
        """Sets when the checkpoint after the one at `actor_steps` is due."""
        period = self._settings.steps_period
        self._due_steps = math.inf if period is None else (actor_steps // period + 1) * period
        self._due_at = time.monotonic() + (self._settings.seconds_period or math.inf)


def write_checkpoint(path: Path, state: State) -> None:
    """Writes one checkpoint.

    Raises:
        OSError: if it can't be written; a previous file at `path` stays.
    """
    write_arrays(path, _flatten(state))


def read_checkpoint(path: Path) -> State:
    """Reads one checkpoint.

    Raises:
        OSError: if it can't be read.
        MemoryError: if it does not fit into memory.
        TornFileError: if it is torn, according to the checksum of each part.
    """
    arrays = read_arrays(path)
    try:
        state: State = _unflatten(json.loads(arrays[_TREE].tobytes()), arrays)
    except KeyError as error:
        raise TornFileError(f"part {error} is missing") from None
    except (ValueError, TypeError, RecursionError) as error:
        raise TornFileError(str(error)) from None
    return state


def _flatten(state: State) -> dict[str, np.ndarray]:
    """Returns arrays by path, and all other values as JSON in which the arrays' places are marked."""
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

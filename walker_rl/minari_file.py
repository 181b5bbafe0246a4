"""Writes episodes to a Minari dataset while they are played, and reads them."""

from __future__ import annotations

import contextlib
import json
import os
import re
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from walker_rl import __version__
from walker_rl.episodes import Episode
from walker_rl.errors import UserError, text_of
from walker_rl.extras import require_extra
from walker_rl.files.outputs import writing
from walker_rl.printable import describe_sizes, printable

MARGIN = 2**20
"""Bytes by which a dataset may grow besides its episodes."""


def is_dataset(path: Path) -> bool:
    """Returns True if `path` is a Minari dataset, or the folder `data` in one."""
    return os.path.isfile(_data(path) / "metadata.json")


def data_files(path: Path) -> list[Path]:
    """Returns the files of a dataset: its metadata with the bounds of its actions, and its numbers.

    Raises:
        UserError: if there are no numbers.
    """
    data = _data(path)
    if not os.path.isfile(data / "main_data.hdf5"):
        raise UserError(f"agent.prior.dataset = {path}: must be a Minari dataset in HDF5")
    return [data / "metadata.json", *sorted(data.glob("*.hdf5"))]


def read_metadata(path: Path) -> dict[str, Any]:
    """Reads a dataset's metadata, without Minari; `actor_steps` defaults to 0 and `algorithm_name` to "unknown".

    Raises:
        UserError: if the metadata are missing or incomplete.
    """
    try:
        about: dict[str, Any] = json.loads((_data(path) / "metadata.json").read_text())
        numbers = {"total_steps": int(about["total_steps"]), "actor_steps": int(about.get("actor_steps", 0))}
        return {**about, **numbers, "algorithm_name": printable(str(about.get("algorithm_name", "unknown")))}
    except (OSError, ValueError, LookupError, TypeError, OverflowError, RecursionError):
        raise UserError(f"agent.prior.dataset = {path}: must be a Minari dataset") from None


@contextlib.contextmanager
def new_dataset(
    path: Path, observation_bounds: tuple[np.ndarray, np.ndarray], action_size: int, about: dict[str, Any]
) -> Iterator[Callable[[Episode], None]]:
    """Yields a function that appends an episode; `path` appears at the end, or never if anything fails.

    Args:
        path: folder of the dataset, which must not exist yet.
        observation_bounds: least and greatest observation, `[O]` each.
        action_size: size `A` of actions `[A]`.
        about: entries to add to the dataset's metadata.

    Raises:
        UserError: if Minari is not installed, or `path` exists or can't be written to.
        RunError: if the disk is full.
    """
    require_extra("minari")
    from minari.data_collector import EpisodeBuffer

    if os.path.lexists(path):
        raise UserError(f"output = {path}: must not exist yet")
    parent = path.absolute().parent  # Minari doubles a relative path.
    with writing("output", path):
        parent.mkdir(parents=True, exist_ok=True)
        folder = tempfile.TemporaryDirectory(prefix=".recording-", dir=parent, ignore_cleanup_errors=True)
    with folder:
        part = Path(folder.name) / path.name
        with writing("output", path):
            storage = _make_storage(part, observation_bounds, action_size, about)

        def add(episode: Episode) -> None:
            ends = np.zeros((2, len(episode.rewards)), bool)
            ends[int(not episode.terminated), -1] = True
            fields = episode.observations, episode.actions, episode.rewards, ends[0], ends[1]
            with writing("output", path):
                _check_room(part / "data", sum(field.nbytes for field in fields))
                storage.update_episodes([EpisodeBuffer(None, episode.seed, None, *fields, infos={})])

        yield add
        with writing("output", path):
            os.replace(part, path)


def _make_storage(
    path: Path, observation_bounds: tuple[np.ndarray, np.ndarray], action_size: int, about: dict[str, Any]
) -> Any:
    """Minari's storage of a new dataset at `path`, with its metadata and without episodes."""
    import minari
    from gymnasium.spaces import Box
    from minari.dataset.minari_storage import MinariStorage

    (path / "data").mkdir(parents=True)
    spaces = Box(*observation_bounds, dtype=np.float32), Box(-1.0, 1.0, (action_size,), np.float32)
    storage = MinariStorage.new(path / "data", *spaces)
    own = {"dataset_id": _dataset_id(path.name), "minari_version": minari.__version__}
    storage.update_metadata({**own, "requirements": [f"walker-rl=={__version__}"], **about})
    return storage


def read_episodes(path: Path, observation_size: int, action_size: int) -> Iterator[Episode]:
    """Reads the episodes of a dataset in their order; maps actions from the dataset's bounds to [-1, 1].

    Raises:
        UserError: if Minari is not installed, or `path` is no whole dataset of finite vectors of these sizes, with
            finite bounds of its actions.
    """
    require_extra("minari")
    from minari import MinariDataset

    must_be = f"must be a Minari dataset of {describe_sizes(observation_size, action_size)} with finite bounds"
    try:
        _check_spaces(_data(path) / "metadata.json")
        dataset = MinariDataset(_data(path))
        spaces = dataset.observation_space, dataset.action_space
        low, high = (np.asarray(bound, np.float32) for bound in (spaces[1].low, spaces[1].high))
    except (OSError, ValueError, LookupError, TypeError, AttributeError, AssertionError, ImportError, RecursionError):
        raise UserError(f"agent.prior.dataset = {path}: {must_be}") from None
    if [space.shape for space in spaces] != [(observation_size,), (action_size,)] or not np.isfinite([low, high]).all():
        raise UserError(f"agent.prior.dataset = {path}: {must_be}")
    if not dataset.total_episodes:  # Its file is then empty, which HDF5 refuses.
        return
    try:
        for one in dataset.iterate_episodes():
            yield _episode(one, observation_size, low, high)
    except (OSError, ValueError, LookupError, TypeError, AttributeError, AssertionError, RuntimeError) as error:
        raise UserError(f"agent.prior.dataset = {path}: must have whole episodes ({text_of(error)})") from None


def _check_spaces(metadata: Path) -> None:
    """Raises ValueError, or another error of damaged metadata, unless they have both spaces.

    Without one, Minari would make the environment that they name, which is any code.
    """
    about = json.loads(metadata.read_text())
    if not all(isinstance(about[space], str) for space in ("observation_space", "action_space")):
        raise ValueError("a space is no text")


def _episode(recorded: Any, observation_size: int, low: np.ndarray, high: np.ndarray) -> Episode:
    """Converts an episode of a dataset whose actions have these bounds; raises ValueError if its shapes don't fit."""
    observations, actions = (np.asarray(part, np.float32) for part in (recorded.observations, recorded.actions))
    rewards, terminations = np.asarray(recorded.rewards), np.asarray(recorded.terminations)
    shapes = [list(part.shape) for part in (observations, actions, rewards, terminations)]
    num_steps = max(len(actions), 1)
    if shapes != [[num_steps + 1, observation_size], [num_steps, len(low)], [num_steps], [num_steps]]:
        names = ("observations", "actions", "rewards", "terminations")
        raise ValueError(", ".join(f"{name} {shape}" for name, shape in zip(names, shapes, strict=True)))
    if not all(np.isfinite(part).all() for part in (observations, actions, rewards)):
        raise ValueError("a number is not finite")
    half = (high - low) / 2
    scaled = (actions - (low + high) / 2) / np.where(half > 0, half, 1)
    return Episode(observations, np.clip(scaled, -1.0, 1.0), rewards, bool(terminations[-1]))


def _check_room(folder: Path, size: int) -> None:
    """Checks that the file of numbers can grow by an episode of `size` bytes; HDF5 would crash on a full disk.

    Raises:
        OSError: if it can't.
    """
    file, needed = folder / "main_data.hdf5", 2 * size + MARGIN
    with tempfile.TemporaryFile(dir=folder, buffering=0) as trial:
        while needed > 0:
            needed -= trial.write(bytes(min(needed, MARGIN)))
        trial.truncate(trial.tell() + (file.stat().st_size if file.exists() else 0))


def _dataset_id(name: str) -> str:
    """An id that Minari parses: letters, digits, `-` and `_`, and a version at the end."""
    allowed = re.sub(r"[^-\w]", "_", name)
    return allowed if re.search(r".-v\d+$", allowed) else f"{allowed}-v0"


def _data(path: Path) -> Path:
    return path / "data" if os.path.isdir(path / "data") else path  # Also False where the path can't be accessed.

"""Checkpoints of a distributed run: generations of a learner and the replay that belongs to it."""

import dataclasses
import hashlib
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from walker_rl.array_file import TornFileError
from walker_rl.experiments.run.checkpoint import read_checkpoint, write_checkpoint
from walker_rl.types import State
from walker_rl.whole_file import write_whole_text

MANIFEST = "manifest.json"
LEARNER = "learner.npz"
REPLAY = "replay.npz"


@dataclasses.dataclass(frozen=True)
class Generation:
    """One that is whole.

    Attributes:
        path: its folder, `gen-STEP`.
        learner: the state of the learner.
        replay: the state of the replay.
        manifest: what else was saved.
    """

    path: Path
    learner: State
    replay: State
    manifest: dict[str, Any]


class Generations:
    """A folder of `gen-STEP/{learner.npz, replay.npz, manifest.json}`.

    A generation is written aside, its manifest last, which has the size and hash of every file: what has none, or does
    not agree with it, is no generation.
    """

    def __init__(self, folder: Path, num_kept: int):
        """Uses `folder`, which exists; the newest `num_kept` are kept in it."""
        self._folder = folder
        self._num_kept = num_kept

    def paths(self) -> list[Path]:
        """Generations and what may have been meant to be one, oldest first."""
        found = [path for path in self._folder.glob("gen-*") if re.fullmatch(r"gen-\d+", path.name)]
        return sorted(found, key=lambda path: int(path.name.removeprefix("gen-")))

    def write(self, step: int, learner: State, replay: State, manifest: dict[str, Any]) -> Path:
        """Writes a generation, and then drops all but the newest.

        Args:
            step: names it; one of that step that is there already is replaced.
            learner: the state of the learner.
            replay: the state of the replay.
            manifest: what else to save, as JSON knows it.

        Raises:
            OSError: if it can't be written; those before it are untouched, and no part of it is left.
        """
        path = self._folder / f"gen-{step:012d}"
        aside = self._folder / f".{path.name}.part"
        try:
            shutil.rmtree(aside, ignore_errors=True)
            aside.mkdir()
            write_checkpoint(aside / LEARNER, learner)
            write_checkpoint(aside / REPLAY, replay)
            _write_manifest(aside, manifest)
            shutil.rmtree(path, ignore_errors=True)
            aside.rename(path)
        except OSError:
            shutil.rmtree(aside, ignore_errors=True)
            raise
        # What is newer was not whole, or the run would have gone on from there.
        kept = [other for other in self.paths() if other.name <= path.name][-self._num_kept :]
        for other in self.paths():
            if other not in kept:
                shutil.rmtree(other, ignore_errors=True)
        return path

    def newest(self, warn: Callable[[str], None]) -> Generation | None:
        """The newest that is whole; what is not is named to `warn` and passed over."""
        for path in reversed(self.paths()):
            try:
                return _read(path)
            except (OSError, TornFileError) as error:
                warn(f"{path} is not whole ({error}); using the one before it")
        return None


def _write_manifest(path: Path, manifest: dict[str, Any]) -> None:
    files = {name: _fingerprint(path / name) for name in (LEARNER, REPLAY)}
    write_whole_text(path / MANIFEST, json.dumps({**manifest, "files": files}, indent=2))


def _read(path: Path) -> Generation:
    try:
        manifest = json.loads((path / MANIFEST).read_text())
        expected = {name: manifest["files"][name] for name in (LEARNER, REPLAY)}
    except FileNotFoundError:
        raise TornFileError(f"it has no {MANIFEST}") from None
    except (ValueError, KeyError, TypeError):
        raise TornFileError(f"{MANIFEST} is damaged") from None
    for name, fingerprint in expected.items():
        if not (path / name).is_file():
            raise TornFileError(f"{name} is missing")
        if _fingerprint(path / name) != fingerprint:
            raise TornFileError(f"{name} is not as it was written")
    return Generation(path, read_checkpoint(path / LEARNER), read_checkpoint(path / REPLAY), manifest)


def _fingerprint(path: Path) -> dict[str, Any]:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(2**20):
            digest.update(block)
        return {"bytes": file.tell(), "sha256": digest.hexdigest()}

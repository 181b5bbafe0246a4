"""The contract of a tracker: Acme's `Logger` of rows, extended by videos, results and resuming."""

import abc
import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from walker_rl.interfaces import Logger


@dataclasses.dataclass(frozen=True)
class About:
    """A run's identity and configuration.

    Attributes:
        run_id: unique name, which a resumed run keeps.
        name: name of its directory.
        task: name of its task.
        hyperparameters: resolved configuration, with keys like "agent.n_step".
    """

    run_id: str
    name: str
    task: str
    hyperparameters: dict[str, Any]


class Tracker(Logger):
    """Receives rows `{"actor_steps": ..., "STREAM/COLUMN": ...}`, videos, and a run's results."""

    @abc.abstractmethod
    def discard_after(self, step: int) -> Mapping[str, int]:
        """Deletes the rows that interrupted processes wrote after `step`.

        Returns:
            The last step of each stream whose rows stay; they are not written a second time.
        """

    @abc.abstractmethod
    def write_video(self, gif: Path, step: int) -> None:
        """Adds a GIF under its file's name, as the newest of that name."""

    @abc.abstractmethod
    def finish(self, results: Mapping[str, float], policies: Path, step: int) -> None:
        """Writes the final metrics of a complete run, by name, and the policy files in the folder `policies`."""

"""What shows a run besides its CSV files: more than an Acme `Logger`, which takes rows and no more."""

import abc
import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from acme.utils import loggers


@dataclasses.dataclass(frozen=True)
class About:
    """Which run it is.

    Attributes:
        run_id: a name unlike any other run's; a resumed run keeps it.
        name: of its directory.
        task: what is trained on.
        hyperparameters: the resolved configuration, with keys like "agent.n_step".
    """

    run_id: str
    name: str
    task: str
    hyperparameters: dict[str, Any]


class Tracker(loggers.Logger):
    """Takes rows `{"actor_steps": ..., "STREAM/COLUMN": ...}`, videos, and what came of a run."""

    @abc.abstractmethod
    def discard_after(self, step: int) -> bool:
        """Takes back the rows that an interrupted process wrote after `step`.

        Returns:
            Whether they are gone; those that are not will not be written a second time.
        """

    @abc.abstractmethod
    def write_video(self, gif: Path, step: int) -> None:
        """Shows a GIF under the name of its file, as the newest of that name."""

    @abc.abstractmethod
    def finish(self, results: Mapping[str, float], policies: Path, step: int) -> None:
        """Writes the final metrics of a complete run, by name, and the policy files in the folder `policies`."""

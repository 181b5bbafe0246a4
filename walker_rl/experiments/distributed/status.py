"""The central process's word on how things stand, in one small file: a sign of life, and what must outlive it."""

import dataclasses
import json
import time
from pathlib import Path
from typing import Any


@dataclasses.dataclass(frozen=True)
class Status:
    """Where a distributed run stands.

    Attributes:
        written_at: seconds since the epoch.
        phase: "training", "ending", "complete" or "stopped".
        actor_steps: of all actors together.
        max_actor_steps: at which the run ends.
        learner_steps: updates.
        samples_per_insert: transitions sampled for each inserted after the first `min_replay_size`; None before.
        replay_size: transitions held.
        num_actors: that have reported lately.
        actor_steps_by_index: of each actor.
        training_return: of the last episode that ended; None before.
        evaluation_return: mean of the last evaluation; None before.
        walltime: seconds of training, those before a resume included.
        roster: of `Roster.save`.
    """

    written_at: float
    phase: str
    actor_steps: int
    max_actor_steps: int
    learner_steps: int
    samples_per_insert: float | None
    replay_size: int
    num_actors: int
    actor_steps_by_index: dict[str, int]
    training_return: float | None
    evaluation_return: float | None
    walltime: float
    roster: dict[str, Any]

    @property
    def age(self) -> float:
        """Seconds since it was written."""
        return time.time() - self.written_at


def write_status(path: Path, status: Status) -> None:
    """Replaces the file at `path`.

    Raises:
        OSError: if the disk takes no more; what was there is still there.
    """
    # Not `write_whole_text`: ten times a second the learner would wait for the disk.
    part = path.with_name(path.name + ".part")
    part.write_text(json.dumps(dataclasses.asdict(status)))
    part.replace(path)


def read_status(path: Path) -> Status | None:
    """What was written last, or None if nothing was."""
    try:
        return Status(**json.loads(path.read_text()))
    except (FileNotFoundError, ValueError, TypeError):
        return None

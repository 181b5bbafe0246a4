"""A launched run's heartbeat file: its progress, and step counts that survive a restart."""

import contextlib
import dataclasses
import json
import os
import threading
from collections.abc import Iterator
from pathlib import Path

from walker_rl.errors import NotWholeError
from walker_rl.experiments.stored import read_json_record
from walker_rl.run_states import Status

RosterState = dict[str, tuple[int, int, str | None]]
"""Each actor's steps, starts and process token, by index."""


@dataclasses.dataclass(frozen=True)
class LaunchStatus(Status):
    """Progress of a distributed run.

    Attributes:
        samples_per_insert: average number of samples per item; None before sampling is due.
        replay_size: transitions in the replay.
        num_actors: actors that have reported recently.
        actor_steps_by_index: steps of each actor that ever took part.
        written_at: seconds since the epoch.
        phase: "training", "ending", "complete" or "stopped".
        walltime: seconds of training, those before a resume included.
        roster: state of the roster, as `Roster.save` returns it.
    """

    samples_per_insert: float | None
    replay_size: int
    num_actors: int
    actor_steps_by_index: dict[str, int]
    written_at: float
    phase: str
    walltime: float
    roster: RosterState


def write_status(path: Path, status: LaunchStatus) -> None:
    """Replaces the file at `path`.

    Raises:
        OSError: if the disk is full; the previous file stays.
    """
    # Not `write_whole_text`: the learner would wait for the disk ten times a second.
    part = path.with_name(path.name + ".part")
    part.write_text(json.dumps(dataclasses.asdict(status)))
    part.replace(path)


@contextlib.contextmanager
def heartbeat(path: Path) -> Iterator[None]:
    """Touches the file at `path` each second during a block that may take longer than a watchdog waits."""
    is_over = threading.Event()

    def beat() -> None:
        while not is_over.wait(1.0):
            with contextlib.suppress(OSError):
                os.utime(path)

    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()


def read_status(path: Path) -> LaunchStatus | None:
    """Returns the last status written, or None if there is none or it is torn."""
    try:
        return read_json_record(path, LaunchStatus)
    except NotWholeError:
        return None

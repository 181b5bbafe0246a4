"""The actors of a run and their step counts."""

import dataclasses
import time

from walker_rl.experiments.distributed.wire.messages import Report, Welcome
from walker_rl.experiments.run.status import RosterState

PRESENT = 10.0
"""Seconds after its last report for which an actor counts as present."""

REMEMBERED = 60.0
"""Seconds for which the answer to an actor's first report, or to one of a replaced process, is repeated."""


@dataclasses.dataclass
class _Actor:
    actor_steps: int = 0
    num_starts: int = 0
    heard_at: float = 0.0
    token: str | None = None  # Token of the process that plays it.
    has_left: bool = False


class Roster:
    """Counts the steps of each actor. Counts never decrease, even if an actor's process dies."""

    def __init__(self, num_reserved: int):
        """Reserves the indices below `num_reserved` for actors that ask for them by number."""
        self._num_reserved = num_reserved
        self._actors: dict[int, _Actor] = {}
        self._welcomes: dict[str, tuple[float, Welcome]] = {}
        self._replaced: dict[str, float] = {}

    @property
    def actor_steps(self) -> int:
        """Steps of all actors together."""
        return sum(actor.actor_steps for actor in self._actors.values())

    @property
    def actor_steps_by_index(self) -> dict[int, int]:
        """Steps of each actor."""
        return {index: actor.actor_steps for index, actor in sorted(self._actors.items())}

    @property
    def num_present(self) -> int:
        """Number of actors that have reported recently and have not left."""
        now = time.monotonic()
        return sum(now - actor.heard_at < PRESENT and not actor.has_left for actor in self._actors.values())

    @property
    def welcomes(self) -> dict[str, Welcome]:
        """Recent answers to first reports, by token."""
        now = time.monotonic()
        self._welcomes = {token: entry for token, entry in self._welcomes.items() if now - entry[0] < REMEMBERED}
        return {token: welcome for token, (_, welcome) in self._welcomes.items()}

    @property
    def replaced(self) -> list[str]:
        """Tokens of processes that have reported recently, although another one has their index."""
        now = time.monotonic()
        self._replaced = {token: heard_at for token, heard_at in self._replaced.items() if now - heard_at < REMEMBERED}
        return list(self._replaced)

    def welcome(self, token: str, index: int | None) -> None:
        """Answers the first report of a process, once even if it arrives again; None assigns a new index."""
        if token in self._welcomes:
            return
        if index is None:
            index = max([self._num_reserved - 1, *self._actors]) + 1
        actor = self._actors.setdefault(index, _Actor())
        self._welcomes[token] = (time.monotonic(), Welcome(index, actor.num_starts, actor.actor_steps))
        actor.num_starts += 1
        actor.token = token
        actor.heard_at = time.monotonic()
        actor.has_left = False

    def steps_of(self, report: Report) -> int:
        """Steps counted so far for the actor of a report."""
        return self._actors[report.index].actor_steps if report.index in self._actors else 0

    def count(self, report: Report) -> bool:
        """Records an actor's report; returns True if its step count grew. One of a replaced process does not count."""
        assert report.index is not None, "only a first report lacks one, which `welcome` answers"
        actor = self._actors.setdefault(report.index, _Actor())
        if actor.token not in (None, report.token):
            self._replaced[report.token] = time.monotonic()
            return False
        actor.heard_at = time.monotonic()
        actor.has_left = report.is_last
        has_news = report.actor_steps > actor.actor_steps
        actor.actor_steps = max(actor.actor_steps, report.actor_steps)
        return has_news

    def save(self) -> RosterState:
        """Returns each actor's steps, starts and process token."""
        return {str(index): (actor.actor_steps, actor.num_starts, actor.token) for index, actor in self._actors.items()}

    def restore(self, state: RosterState) -> None:
        """Adopts counts from `save` that exceed the present ones."""
        for index, (actor_steps, num_starts, token) in state.items():
            actor = self._actors.setdefault(int(index), _Actor())
            actor.actor_steps = max(actor.actor_steps, actor_steps)
            if num_starts >= actor.num_starts:
                actor.num_starts, actor.token = num_starts, token

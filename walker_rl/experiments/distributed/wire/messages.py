"""Messages between the processes of a distributed run."""

import dataclasses
import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

EVENTS = ("evaluation", "playing", "finished")

MAX_COUNT = 2**63 - 1
"""The largest count that files and displays can take."""


def _check_counts(name: str, counts: Iterable[float]) -> None:
    """Raises ValueError unless each is at least 0 and at most `MAX_COUNT`, which infinity and NaN are not."""
    for count in counts:
        if not 0 <= count <= MAX_COUNT:
            raise ValueError(f"{name} = {count}: must be in [0, {MAX_COUNT}]")


@dataclasses.dataclass(frozen=True)
class Experiment:
    """The central process to all: the run's configuration and versions.

    Attributes:
        version: version of walker_rl.
        config: the `ExperimentConfig` as nested dicts.
        protocol: version of the messages, from `codec.protocol`; older programs send none.
        prior_policy: file of the policy that actors play first, in base64; empty if there is none.
    """

    version: str
    config: dict[str, Any]
    protocol: str = ""
    prior_policy: str = ""


@dataclasses.dataclass(frozen=True)
class Welcome:
    """Answer to an actor's first report.

    Attributes:
        index: the actor's index.
        start: number of processes that have played this actor before.
        actor_steps: steps that those processes took.
    """

    index: int
    start: int
    actor_steps: int


@dataclasses.dataclass(frozen=True)
class Notice:
    """The central process to all, many times: the run's progress.

    Attributes:
        actor_steps_by_index: steps of each actor, as far as known.
        num_actors: actors that have reported recently.
        is_over: whether actors should stop.
        max_actor_steps: length of the run, which a resume may have changed since an actor joined.
        welcomes: answers of the last minute, by the token of their addressee.
        snapshot_steps: `actor_steps` of the snapshot that awaits its evaluation; 0 if there is none.
        num_inserted: items of all actors that the learner has; a central process that is restarted may have fewer.
        replaced: tokens of processes that should end, since others have taken over their indices.
        weights_digest: number that changes with the weights for the actors.
    """

    actor_steps_by_index: dict[int, int]
    num_actors: int
    is_over: bool
    max_actor_steps: int
    welcomes: dict[str, Welcome]
    snapshot_steps: int = 0
    num_inserted: int = 0
    replaced: tuple[str, ...] = ()
    weights_digest: int = 0

    @property
    def actor_steps(self) -> int:
        """Steps of all actors together."""
        return sum(self.actor_steps_by_index.values())


@dataclasses.dataclass(frozen=True)
class Weights:
    """The central process to actors, many times: the policy.

    Attributes:
        array: all weights in one vector, as `Architecture.split_weights` takes them.
        learner_steps: updates behind them.
    """

    array: np.ndarray
    learner_steps: int


@dataclasses.dataclass(frozen=True)
class Report:
    """An actor to the central process: its progress; may arrive twice.

    Attributes:
        token: the process's unique token.
        index: the actor's index; None in a first report asks for one.
        actor_steps: steps of this actor since the run began.
        episodes: rows of metrics, each with this actor's `actor_steps` at the end of the episode.
        is_first: whether this report asks for a `Welcome`; the rest of such a report is ignored.
        is_last: whether the process ends after this report.

    Raises:
        ValueError: if a report other than the first has no index, a number of steps is no count, or an episode has no
            `actor_steps` or `episode_return`.
    """

    token: str
    index: int | None
    actor_steps: int = 0
    episodes: Sequence[dict[str, int | float]] = ()
    is_first: bool = False
    is_last: bool = False

    def __post_init__(self) -> None:
        """Checks the fields."""
        if self.index is None and not self.is_first:
            raise ValueError("index = null: must be an actor's")
        if not all({"actor_steps", "episode_return"} <= episode.keys() for episode in self.episodes):
            raise ValueError("episodes: must have actor_steps and episode_return")
        _check_counts("index", [self.index or 0])
        _check_counts("actor_steps", [self.actor_steps, *(episode["actor_steps"] for episode in self.episodes)])


@dataclasses.dataclass(frozen=True)
class Snapshot:
    """The central process to the evaluator: a policy to evaluate.

    Attributes:
        array: all weights, as in `Weights`.
        actor_steps: the snapshot's place on the evaluation grid.
        learner_steps: updates behind the policy.
        walltime: seconds of training behind the policy.
        ended_by: limit that ended the training, one of `LIMITS`; None while it continues.
    """

    array: np.ndarray
    actor_steps: int
    learner_steps: int
    walltime: float
    ended_by: str | None

    @property
    def is_last(self) -> bool:
        """True if the training is over."""
        return self.ended_by is not None


@dataclasses.dataclass(frozen=True)
class Result:
    """The evaluator to the central process: an evaluation, or a sign of progress.

    Attributes:
        event: one of `EVENTS`: "evaluation" of a snapshot; "playing" now and then, also while the disk is full;
            "finished" when nothing is left to do, with the last evaluation of this evaluator again, if it made one.
        actor_steps: the snapshot's `actor_steps`; likewise `learner_steps` and `walltime`.
        episode_returns: return of each episode.
        episode_lengths: length of each episode, in environment steps.
        episode_falls: True for each episode that terminated.
        saturated_share: share of saturated actions, as in `Evaluation`.

    Raises:
        ValueError: if the event is unknown, a number of steps is no count, a snapshot has no episodes, their numbers
            of returns, lengths and falls differ, a number is not finite, or the share is not in [0, 1].
    """

    event: str
    actor_steps: int = 0
    learner_steps: int = 0
    walltime: float = 0.0
    episode_returns: tuple[float, ...] = ()
    episode_lengths: tuple[int, ...] = ()
    episode_falls: tuple[bool, ...] = ()
    saturated_share: float = 0.0

    def __post_init__(self) -> None:
        """Checks the fields."""
        if self.event not in EVENTS:
            raise ValueError(f"event = {self.event}: must be one of {', '.join(EVENTS)}")
        _check_counts("steps", [self.actor_steps, self.learner_steps, *self.episode_lengths])
        lengths = {len(self.episode_returns), len(self.episode_lengths), len(self.episode_falls)}
        if len(lengths) > 1 or (self.actor_steps > 0 and lengths == {0}):
            raise ValueError("episodes: must be one or more of a snapshot, with a return, a length and a fall each")
        if not all(map(math.isfinite, (self.walltime, *self.episode_returns))):
            raise ValueError("walltime, episode_returns: must be finite numbers")
        if not 0.0 <= self.saturated_share <= 1.0:
            raise ValueError(f"saturated_share = {self.saturated_share}: must be in [0, 1]")

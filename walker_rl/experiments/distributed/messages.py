"""What the processes of a distributed run tell each other."""

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np


@dataclasses.dataclass(frozen=True)
class Experiment:
    """The central process to all: what they take part in.

    Attributes:
        version: of walker_rl.
        config: the `ExperimentConfig` as nested dicts.
        protocol: version of the messages, from `codec.protocol`; those of older programs have none.
    """

    version: str
    config: dict[str, Any]
    protocol: str = ""


@dataclasses.dataclass(frozen=True)
class Welcome:
    """The answer to an actor's first report.

    Attributes:
        index: of the actor.
        start: how many processes have played this actor before.
        actor_steps: that they took.
    """

    index: int
    start: int
    actor_steps: int


@dataclasses.dataclass(frozen=True)
class Notice:
    """The central process to all, many times: where the run stands.

    Attributes:
        actor_steps_by_index: of each actor, as far as it is known.
        learner_steps: updates.
        num_actors: that have reported lately.
        is_over: whether actors are to end.
        welcomes: answers of the last minute, by the token of whom they are for.
        candidate_steps: `actor_steps` of the candidate that waits for its evaluation; 0 if there is none.
    """

    actor_steps_by_index: dict[int, int]
    learner_steps: int
    num_actors: int
    is_over: bool
    welcomes: dict[str, Welcome]
    candidate_steps: int = 0

    @property
    def actor_steps(self) -> int:
        """Of all actors together."""
        return sum(self.actor_steps_by_index.values())


@dataclasses.dataclass(frozen=True)
class Weights:
    """The central process to actors, many times: the policy.

    Attributes:
        array: all weights in one row, as `Architecture.split_weights` takes them.
        learner_steps: updates behind them.
    """

    array: np.ndarray
    learner_steps: int


@dataclasses.dataclass(frozen=True)
class Report:
    """An actor to the central process; may arrive twice.

    Attributes:
        token: of the process, unlike any other's.
        index: of the actor; None in a first report asks for one.
        actor_steps: of this actor since the run began.
        episodes: rows of metrics, each with the `actor_steps` of this actor at its end.
        is_first: whether this asks for a `Welcome`; such a report has no other news.
        is_last: whether the process ends now.

    Raises:
        ValueError: if it has no index and is not the first, a number is negative, or an episode has no place or return.
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
        if min(self.index or 0, self.actor_steps) < 0:
            raise ValueError(f"index, actor_steps = {self.index}, {self.actor_steps}: must be at least 0")
        if not all({"actor_steps", "episode_return"} <= episode.keys() for episode in self.episodes):
            raise ValueError("episodes: must have actor_steps and episode_return")


@dataclasses.dataclass(frozen=True)
class Candidate:
    """The central process to the evaluator: a policy to evaluate.

    Attributes:
        array: as in `Weights`.
        actor_steps: where on the grid this is.
        learner_steps: updates behind it.
        walltime: seconds of training behind it.
        ended_by: limit that has ended the training, one of `LIMITS`; None while it continues.
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
    """The evaluator to the central process.

    Attributes:
        event: "evaluation" of a candidate, "selection" after each policy that it plays to choose the best, "finished"
            when nothing is left to do, with the last evaluation once more.
        actor_steps: of the candidate, as are `learner_steps` and `walltime`.
        episode_returns: one an episode.
        episode_lengths: in environment steps.
        episode_falls: True for each episode that terminated.
        saturated_share: as in `Evaluation`.

    Raises:
        ValueError: if there are none of a candidate, or not all numbers of each, or the share is none.
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
        lengths = {len(self.episode_returns), len(self.episode_lengths), len(self.episode_falls)}
        if len(lengths) > 1 or (self.actor_steps > 0 and lengths == {0}):
            raise ValueError("episodes: must be one or more of a candidate, with a return, a length and a fall each")
        if not 0.0 <= self.saturated_share <= 1.0:
            raise ValueError(f"saturated_share = {self.saturated_share}: must be in [0, 1]")

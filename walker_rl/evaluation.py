"""Deterministic episodes of a policy: their returns, lengths and falls."""

import dataclasses
from collections.abc import Callable, Sequence

import numpy as np

from walker_rl.environments import Environment
from walker_rl.episodes import play_episodes
from walker_rl.printable import counted, format_score
from walker_rl.types import Act, Metrics

SATURATED = 0.99
"""Magnitude from which an action counts as saturated; the bound is 1."""


@dataclasses.dataclass(frozen=True)
class Evaluation:
    """Results of some episodes: returns, lengths, falls and saturation.

    Attributes:
        episode_returns: undiscounted sum of rewards of each episode.
        episode_lengths: environment steps of each episode.
        episode_falls: True for each episode that terminated, False for one that reached the task's time limit.
        saturated_share: share of all action components with a magnitude of at least `SATURATED`.
    """

    episode_returns: tuple[float, ...]
    episode_lengths: tuple[int, ...]
    episode_falls: tuple[bool, ...]
    saturated_share: float = 0.0

    @property
    def mean_return(self) -> float:
        """Mean of the returns."""
        return float(np.mean(self.episode_returns))

    @property
    def stddev_return(self) -> float:
        """Standard deviation of the returns over the episodes."""
        return float(np.std(self.episode_returns))

    @property
    def steady_return(self) -> float:
        """Mean minus standard deviation of the returns, by which policies are ranked."""
        return self.mean_return - self.stddev_return

    @property
    def num_falls(self) -> int:
        """Number of episodes that terminated."""
        return sum(self.episode_falls)

    @property
    def conduct(self) -> Metrics:
        """Mean length, share of falls and saturated share, as columns of a row."""
        return {
            "episode_length": float(np.mean(self.episode_lengths)),
            "falls": self.num_falls / len(self.episode_falls),
            "saturated_share": self.saturated_share,
        }

    def __str__(self) -> str:
        """Returns a line like "return 2900.7 +- 388.0, mean - std 2512.7, falls in 2 of 100 episodes"."""
        falls = f"falls in {self.num_falls} of {counted(len(self.episode_falls), 'episode')}"
        mean, stddev, steady = map(format_score, (self.mean_return, self.stddev_return, self.steady_return))
        return f"return {mean} +- {stddev}, mean - std {steady}, {falls}"


def evaluate(
    environment: Environment,
    make_act: Callable[[], Act],
    episode_seeds: Sequence[int],
) -> Evaluation:
    """Plays one episode from each seed; the environment's own sequence of episodes is unaffected.

    `make_act` returns a policy for one episode.

    Raises:
        RunError: if an observation or a reward is not finite, or a third-party environment fails.
    """
    returns, lengths, falls = [], [], []
    num_saturated, num_components = 0, 0
    for episode in play_episodes(environment, make_act, episode_seeds):
        episode_return = float(np.cumsum(episode.rewards, dtype=np.float64)[-1])  # `sum` would depend on the Python.
        returns.append(episode_return)
        lengths.append(len(episode.rewards))
        falls.append(episode.terminated)
        num_saturated += int(np.count_nonzero(np.abs(episode.actions) >= SATURATED))
        num_components += episode.actions.size
    return Evaluation(tuple(returns), tuple(lengths), tuple(falls), num_saturated / num_components)

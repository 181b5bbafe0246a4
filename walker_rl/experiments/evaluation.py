"""Deterministic episodes of a policy."""

import dataclasses
from collections.abc import Callable, Sequence

import numpy as np

from walker_rl.environments import Environment


@dataclasses.dataclass(frozen=True)
class Evaluation:
    """What some episodes returned.

    Attributes:
        episode_returns: undiscounted sums of rewards, one an episode.
        episode_lengths: in environment steps.
    """

    episode_returns: tuple[float, ...]
    episode_lengths: tuple[int, ...]

    @property
    def mean(self) -> float:
        """Mean of the returns."""
        return float(np.mean(self.episode_returns))

    @property
    def stddev(self) -> float:
        """Standard deviation of the returns over the episodes."""
        return float(np.std(self.episode_returns))


def evaluate(
    environment: Environment,
    begin_episode: Callable[[], Callable[[np.ndarray], np.ndarray]],
    episode_seeds: Sequence[int],
) -> Evaluation:
    """Plays one episode from each seed.

    Args:
        environment: any of the task; its own sequence of episodes is not touched.
        begin_episode: gives what maps the observations `[O]` of one episode to actions `[A]`.
        episode_seeds: each makes one episode.
    """
    returns, lengths = [], []
    for episode_seed in episode_seeds:
        policy, timestep = begin_episode(), environment.reset(episode_seed)
        episode_return, episode_length = 0.0, 0
        while not timestep.last():
            timestep = environment.step(policy(timestep.observation))
            episode_return += float(timestep.reward)
            episode_length += 1
        returns.append(episode_return)
        lengths.append(episode_length)
    return Evaluation(tuple(returns), tuple(lengths))

"""Deterministic episodes of a policy, which may come from a file."""

import contextlib
import dataclasses
import math
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from walker_rl.environments import Environment, find_task, imported_module, make_environment
from walker_rl.episodes import play_episodes
from walker_rl.errors import RunError, UserError
from walker_rl.experiments.seeding import evaluation_seeds
from walker_rl.policies.policy_file import SavedPolicy, load_policy
from walker_rl.printable import counted, describe_sizes
from walker_rl.types import Act, Metrics

MAX_EPISODES = 100_000
"""Most episodes of an evaluation that a user asks for."""

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
    def mean(self) -> float:
        """Mean of the returns."""
        return float(np.mean(self.episode_returns))

    @property
    def stddev(self) -> float:
        """Standard deviation of the returns over the episodes."""
        return float(np.std(self.episode_returns))

    @property
    def steady_return(self) -> float:
        """Mean minus standard deviation of the returns, by which policies are ranked."""
        return self.mean - self.stddev

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
        return f"return {self.mean:.1f} +- {self.stddev:.1f}, mean - std {self.steady_return:.1f}, {falls}"


def evaluate(
    environment: Environment,
    make_act: Callable[[], Act],
    episode_seeds: Sequence[int],
) -> Evaluation:
    """Plays one episode from each seed; the environment's own sequence of episodes is unaffected.

    `make_act` returns a policy for one episode.

    Raises:
        RunError: if a return is not finite.
    """
    returns, lengths, falls = [], [], []
    num_saturated, num_components = 0, 0
    for episode in play_episodes(environment, make_act, episode_seeds):
        episode_return = float(np.cumsum(episode.rewards, dtype=np.float64)[-1])  # `sum` would depend on the Python.
        if not math.isfinite(episode_return):
            raise RunError(f"the return of an evaluation's episode is {episode_return}")
        returns.append(episode_return)
        lengths.append(len(episode.rewards))
        falls.append(episode.terminated)
        num_saturated += int(np.count_nonzero(np.abs(episode.actions) >= SATURATED))
        num_components += episode.actions.size
    return Evaluation(tuple(returns), tuple(lengths), tuple(falls), num_saturated / num_components)


def load_player(path: Path, trusted: str | None, *, may_import: bool) -> SavedPolicy:
    """Loads the policy in a file, and checks that it can play its task.

    Args:
        path: the file.
        trusted: task whose module may be imported.
        may_import: True if the module of any task may be imported.

    Raises:
        UserError: if there is no such policy, or it can't play its task.
    """
    saved = load_policy(path)
    if trusted not in (None, saved.task):
        raise UserError(f"task = {trusted}: must be {saved.task}, the task of {path}")
    if trusted is None and not may_import and (module := imported_module(saved.task)):
        raise UserError(f"policy = {path}: must be given with --task {saved.task} if you trust it to import {module}")
    task = find_task(saved.task, saved.environment)
    if not saved.architecture.plays(task.observation_size, task.action_size):
        sizes = describe_sizes(task.observation_size, task.action_size)
        raise UserError(f"policy = {path}: must play {task.name}, a task of {sizes}")
    return saved


def evaluate_saved(saved: SavedPolicy, num_episodes: int, seed: int) -> Evaluation:
    """Plays a saved policy in its task, in `num_episodes` episodes that follow from `seed`.

    Raises:
        UserError: if a number is out of range, or there is no such task.
    """
    if not 1 <= num_episodes <= MAX_EPISODES:
        raise UserError(f"num_episodes = {num_episodes}: must be in [1, {MAX_EPISODES:,}]")
    if seed < 0:
        raise UserError(f"seed = {seed}: must be at least 0")
    with contextlib.closing(make_environment(saved.task, seed, saved.environment)) as environment:
        return evaluate(environment, saved.make_act, evaluation_seeds(seed, num_episodes))

"""Episodes of a policy, as arrays."""

import math
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

import numpy as np

from walker_rl.environments import Environment
from walker_rl.types import Act


class Episode(NamedTuple):
    """One episode of `T` steps.

    Attributes:
        observations: all observations, the last one included, float32 `[T + 1, O]`.
        actions: actions in [-1, 1], float32 `[T, A]`.
        rewards: rewards, `[T]`.
        terminated: True if the last step terminated the episode, False if it truncated it.
        seed: seed of the episode; None if unknown.
        is_complete: False if a limit of steps cut the episode off before its own end.
    """

    observations: np.ndarray
    actions: np.ndarray
    rewards: np.ndarray
    terminated: bool
    seed: int | None = None
    is_complete: bool = True


def play_episodes(
    environment: Environment,
    make_act: Callable[[], Act],
    episode_seeds: Iterable[int],
    num_steps: float = math.inf,
) -> Iterator[Episode]:
    """Plays one episode from each seed in order, with `num_steps` steps in all at most; the last one may be cut off.

    `make_act` returns a policy for one episode.
    """
    steps_left = num_steps
    for episode_seed in episode_seeds:
        act, timestep = make_act(), environment.reset(episode_seed)
        observations, actions = [timestep.observation], []
        rewards: list[float] = []
        while len(rewards) < steps_left and not timestep.last():
            actions.append(act(timestep.observation))
            timestep = environment.step(actions[-1])
            observations.append(timestep.observation)
            rewards.append(timestep.reward)
        steps_left -= len(rewards)
        is_complete = timestep.last()
        terminated = bool(is_complete and timestep.discount == 0)
        yield Episode(
            np.stack(observations), np.stack(actions), np.array(rewards), terminated, episode_seed, is_complete
        )
        if steps_left == 0:
            return

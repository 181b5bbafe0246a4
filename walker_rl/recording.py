"""Recording of a policy's episodes."""

import math
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from walker_rl.environments import Environment
from walker_rl.minari_file import Episode


def play_episodes(
    environment: Environment,
    begin_episode: Callable[[], Callable[[np.ndarray], np.ndarray]],
    episode_seeds: Sequence[int],
    num_steps: float = math.inf,
) -> Iterator[Episode]:
    """Plays one episode from each seed in order, with `num_steps` steps at most; the last truncates its episode.

    `begin_episode` returns a policy for one episode, a function from observations `[O]` to actions `[A]`.
    """
    steps_left = num_steps
    for episode_seed in episode_seeds:
        policy, timestep = begin_episode(), environment.reset(episode_seed)
        observations, actions = [timestep.observation], []
        rewards: list[float] = []
        while len(rewards) < steps_left and not timestep.last():
            actions.append(policy(timestep.observation))
            timestep = environment.step(actions[-1])
            observations.append(timestep.observation)
            rewards.append(timestep.reward)
        steps_left -= len(rewards)
        terminated = bool(timestep.last() and timestep.discount == 0)
        yield Episode(np.stack(observations), np.stack(actions), np.array(rewards), terminated, episode_seed)
        if steps_left == 0:
            return

"""Digests of episodes: `python -m tests.environments.bullet.episodes TASK...` prints them."""

import hashlib
import sys
from collections.abc import Iterator, Sequence

import numpy as np

from walker_rl.environments import Environment, make_environment

NUM_EPISODES = 4
MAX_STEPS = 100


def digests(names: Sequence[str]) -> Iterator[str]:
    """A line for each task and seed, in an order of seeds that depends on that of the tasks."""
    seeds = range(NUM_EPISODES) if names[0] < names[-1] else range(NUM_EPISODES)[::-1]
    for name in names:
        environment = make_environment(name, seed=0)
        for seed in seeds:
            yield f"{name} {seed} {_digest(environment, seed)}"
        environment.close()


def _digest(environment: Environment, seed: int) -> str:
    """Of all that an episode shows; smooth actions in one half of the episodes, noise in the other."""
    random = np.random.default_rng(seed)
    phase = random.uniform(0, 2 * np.pi, environment.task.action_size)
    timestep, digest = environment.reset(seed), hashlib.sha256()
    digest.update(timestep.observation.tobytes())
    for step in range(MAX_STEPS):
        if timestep.last():
            break
        noise = random.uniform(-1, 1, environment.task.action_size)
        timestep = environment.step(noise if seed % 2 else 0.5 * np.sin(0.2 * step + phase))
        digest.update(timestep.observation.tobytes() + timestep.reward.tobytes())
    return digest.hexdigest()


if __name__ == "__main__":
    print("\n".join(digests(sys.argv[1:])))

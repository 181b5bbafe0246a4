"""A test of a task's determinism: an episode should be a function of its seed and actions."""

import contextlib
import functools

import numpy as np

from walker_rl.environments.catalogue import make_simulation
from walker_rl.environments.simulation import Simulation, Task
from walker_rl.errors import RunError

NUM_STEPS = 50
SEED, OTHER_SEED = 1, 2


@functools.cache
def repeats(task: Task) -> bool:
    """Plays the beginning of an episode in a fresh simulation and in a used one; returns True if both are the same.

    Without a step that succeeds, returns False.
    """
    actions = np.random.default_rng(0).uniform(-1.0, 1.0, (NUM_STEPS, task.action_size)).astype(np.float32)
    with contextlib.closing(make_simulation(task)) as one, contextlib.closing(make_simulation(task)) as other:
        _play(other, OTHER_SEED, actions)
        played = _play(one, SEED, actions)
        return len(played) > 2 and played == _play(other, SEED, actions)


def _play(simulation: Simulation, seed: int, actions: np.ndarray) -> list[object]:
    """Returns all outcomes, the last of which may be a failure: a training's own actions may be less jerky."""
    played: list[object] = []
    try:
        played.append(np.asarray(simulation.reset(seed), np.float32).tobytes())
        for action in actions:
            observation, reward, terminated, truncated = simulation.step(action)
            played.append((np.asarray(observation, np.float32).tobytes(), reward, terminated, truncated))
            if terminated or truncated:
                break
    except RunError as error:
        played.append(str(error))
    return played

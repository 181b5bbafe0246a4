"""Derives all seeds of a run from one."""

import dataclasses
from collections.abc import Iterator

import numpy as np

_ACTORS = 2**31
"""First spawn key of all actors' seeds; other parts use small numbers."""


@dataclasses.dataclass(frozen=True)
class Seeds:
    """One independent seed per part, so that no part's use of randomness affects another's."""

    environment: int
    networks: int
    learner: int
    policy: int
    actor: int
    replay: int
    evaluation: int
    selection: int


def make_seeds(seed: int) -> Seeds:
    """Derives the seeds of a run."""
    streams = np.random.SeedSequence(seed).spawn(len(dataclasses.fields(Seeds)))
    return Seeds(*(int(stream.generate_state(1)[0]) for stream in streams))


@dataclasses.dataclass(frozen=True)
class ActorSeeds:
    """Seeds for one process that plays an actor of a distributed run."""

    environment: int
    policy: int
    actor: int


def make_actor_seeds(seed: int, index: int, start: int) -> ActorSeeds:
    """Derives the seeds of the `start`-th process, from 0, that plays actor `index` in a run with `seed`.

    They come from `SeedSequence(seed, spawn_key=(_ACTORS, index, start))`, so no two processes repeat an episode.
    """
    streams = np.random.SeedSequence(seed, spawn_key=(_ACTORS, index, start)).spawn(3)
    return ActorSeeds(*(int(stream.generate_state(1)[0]) for stream in streams))


def evaluation_seeds(seed: int, num_episodes: int) -> list[int]:
    """Derives the seeds of evaluation episodes, the same for each policy."""
    return [int(value) for value in np.random.SeedSequence(seed).generate_state(num_episodes)]


def endless_evaluation_seeds(seed: int) -> Iterator[int]:
    """Yields the seeds of `evaluation_seeds`, for episodes whose number is not known."""
    start, end = 0, 256
    while True:
        yield from evaluation_seeds(seed, end)[start:]
        start, end = end, 2 * end

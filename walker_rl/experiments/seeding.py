"""Every random number of a run from one seed."""

import dataclasses

import numpy as np

_ACTORS = 2**31
"""First in the key of every actor's seeds, where other parts have a small number."""


@dataclasses.dataclass(frozen=True)
class Seeds:
    """One independent seed for each part, so that no part's use of randomness moves another's."""

    environment: int
    networks: int
    learner: int
    policy: int
    actor: int
    replay: int
    evaluation: int
    selection: int


def make_seeds(seed: int) -> Seeds:
    """The seeds of a run."""
    streams = np.random.SeedSequence(seed).spawn(len(dataclasses.fields(Seeds)))
    return Seeds(*(int(stream.generate_state(1)[0]) for stream in streams))


@dataclasses.dataclass(frozen=True)
class ActorSeeds:
    """As `Seeds`, for one process that plays an actor of a distributed run."""

    environment: int
    policy: int
    actor: int


def make_actor_seeds(seed: int, index: int, start: int) -> ActorSeeds:
    """The seeds of the process that is the `start`-th, from 0, to play actor `index` in a run of `seed`.

    They come from `SeedSequence(seed, spawn_key=(ACTORS, index, start))`: no two processes repeat an episode.
    """
    streams = np.random.SeedSequence(seed, spawn_key=(_ACTORS, index, start)).spawn(3)
    return ActorSeeds(*(int(stream.generate_state(1)[0]) for stream in streams))


def evaluation_seeds(seed: int, num_episodes: int) -> list[int]:
    """Seeds of episodes that are played to evaluate policies, the same for each policy."""
    return [int(value) for value in np.random.SeedSequence(seed).generate_state(num_episodes)]

"""Every random number of a run from one seed."""

import dataclasses

import numpy as np


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


def make_seeds(seed: int) -> Seeds:
    """The seeds of a run."""
    streams = np.random.SeedSequence(seed).spawn(len(dataclasses.fields(Seeds)))
    return Seeds(*(int(stream.generate_state(1)[0]) for stream in streams))


def evaluation_seeds(seed: int, num_episodes: int) -> list[int]:
    """The episodes that every evaluation of a run plays."""
    return [int(value) for value in np.random.SeedSequence(seed).generate_state(num_episodes)]

"""A dataset of the pendulum, and its episodes."""

import contextlib

import pytest

from tests.datasets.pendulum import BOUNDS, SAVED
from walker_rl.environments import make_environment
from walker_rl.episodes import play_episodes
from walker_rl.minari_file import new_dataset


@pytest.fixture(scope="module")
def played():
    """250 steps: an episode of 200, and 50 of the next."""
    with contextlib.closing(make_environment("Pendulum-v1", 0)) as environment:
        return list(play_episodes(environment, SAVED.make_act, [5, 6, 7], 250))


@pytest.fixture(scope="module")
def dataset(played, tmp_path_factory):
    path = tmp_path_factory.mktemp("datasets") / "pendulum played-v0"
    with new_dataset(path, BOUNDS, 1, {"algorithm_name": "d4pg", "task": "Pendulum-v1"}) as add:
        for episode in played:
            add(episode)
    return path

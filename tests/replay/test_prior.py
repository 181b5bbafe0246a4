"""Replay that keeps its first transitions apart: what each batch is made of, and an exact resume."""

import numpy as np
import pytest

from tests.fakes import ACTION_SIZE, OBSERVATION_SIZE, assert_equal_trees, transition
from walker_rl.replay import PriorReplay, TransitionLayout
from walker_rl.schedules import Linear, Schedule

LAYOUT = TransitionLayout(OBSERVATION_SIZE, ACTION_SIZE)
NUM_PRIOR = 5


def make_replay(*, num_inserted: int, share: Schedule = 0.5, max_size: int = 8, seed: int = 0) -> PriorReplay:
    """Transition i has the reward i: those of the prior have rewards below `NUM_PRIOR`."""
    replay = PriorReplay(LAYOUT, NUM_PRIOR, share, max_size, seed)
    for index in range(num_inserted):
        replay.insert(transition(index))
    return replay


def count_prior(replay: PriorReplay, batch_size: int) -> int:
    return int((next(replay.make_dataset(batch_size)).reward < NUM_PRIOR).sum())


def test_the_first_transitions_stay_whatever_comes_later():
    """Of 30 transitions the first five and the newest eight are held."""
    replay = make_replay(num_inserted=30)
    assert (replay.num_inserted, replay.size) == (30, 13)
    rewards = next(replay.make_dataset(2_000)).reward
    assert set(rewards) == {*range(5), *range(22, 30)}


@pytest.mark.parametrize(("share", "expected"), [(0.5, 32), (0.25, 16), (0.0, 0), (0.01, 1), (1.0, 64)])
def test_a_share_of_each_batch_is_the_priors(share, expected):
    assert count_prior(make_replay(num_inserted=20, share=share), 64) == expected


@pytest.mark.parametrize(("num_inserted", "expected"), [(10, 50), (15, 25), (20, 0), (30, 0)])
def test_the_share_follows_its_schedule(num_inserted, expected):
    """Half at 10 transitions, nothing from 20 on."""
    replay = make_replay(num_inserted=num_inserted, share=Linear(0.5, 0.0, 10, 20))
    assert count_prior(replay, 100) == expected


def test_both_parts_are_sampled_uniformly():
    """Each of 5 and of 8 transitions in 40,000 draws: six standard errors are 3.4 and 4.5 % of the expected counts."""
    rewards = next(make_replay(num_inserted=13).make_dataset(80_000)).reward.astype(int)
    counts = np.bincount(rewards, minlength=13)
    np.testing.assert_allclose(counts[:5], 8_000, rtol=0.07)
    np.testing.assert_allclose(counts[5:], 5_000, rtol=0.09)


@pytest.mark.parametrize("num_inserted", [3, 5, 9, 30], ids=["in the prior", "at its end", "filling", "wrapped"])
def test_restored_it_samples_and_inserts_alike(num_inserted):
    straight = make_replay(num_inserted=num_inserted, share=1.0 if num_inserted <= NUM_PRIOR else 0.5)
    restored = make_replay(num_inserted=2, share=1.0 if num_inserted <= NUM_PRIOR else 0.5, seed=7)
    dataset = straight.make_dataset(4)
    next(dataset)
    restored.restore(straight.save())
    for replay in (straight, restored):
        replay.insert(transition(40))
    for expected, actual in zip((next(dataset) for _ in range(3)), restored.make_dataset(4), strict=False):
        assert_equal_trees(dict(actual._asdict()), dict(expected._asdict()))
    assert_equal_trees(restored.save(), straight.save())

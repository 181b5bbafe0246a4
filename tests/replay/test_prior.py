"""Replay that keeps its first transitions apart: what each batch is made of, and an exact resume."""

from collections.abc import Callable

import numpy as np
import pytest

from tests.fakes import LAYOUT, assert_equal_trees, rows_of, transition
from walker_rl.replay.prior import PriorReplay

NUM_PRIOR = 5


def half(learner_steps: int) -> int:
    """Rows of the prior in batches of four."""
    return 2


def make_replay(
    *, num_inserted: int, num_prior_rows: Callable[[int], int] = half, max_size: int = 8, seed: int = 0
) -> PriorReplay:
    """Transition i has the reward i: those of the prior have rewards below `NUM_PRIOR`."""
    replay = PriorReplay(LAYOUT.row_size, NUM_PRIOR, num_prior_rows, max_size, seed)
    for index in range(num_inserted):
        replay.insert(rows_of(transition(index)))
    return replay


def test_the_first_transitions_stay_whatever_comes_later():
    """Of 30 transitions the first five and the newest eight are held."""
    replay = make_replay(num_inserted=30, num_prior_rows=lambda _: 1_000)
    assert (replay.num_inserted, replay.size) == (30, 13)
    rewards = LAYOUT.unpack(next(replay.make_dataset(2_000))).reward
    assert set(rewards) == {*range(5), *range(22, 30)}


@pytest.mark.parametrize("num_before", [0, 3, 5, 9])
@pytest.mark.parametrize("block_size", [1, 2, 4, 20])
def test_a_block_is_parted_where_the_priors_part_is_full(num_before, block_size):
    one_by_one, at_once = (make_replay(num_inserted=num_before) for _ in range(2))
    block = [transition(index) for index in range(100, 100 + block_size)]
    for each in block:
        one_by_one.insert(rows_of(each))
    at_once.insert(rows_of(*block))
    assert_equal_trees(at_once.save(), one_by_one.save())


def test_the_first_rows_of_each_batch_are_the_priors():
    """As many as there are to be in the batch of that number: none, two, four, all eight."""
    dataset = make_replay(num_inserted=20, num_prior_rows=[0, 2, 4, 8].__getitem__).make_dataset(8)
    for expected in (0, 2, 4, 8):
        is_prior = LAYOUT.unpack(next(dataset)).reward < NUM_PRIOR
        np.testing.assert_array_equal(is_prior, np.arange(8) < expected)


def test_recorded_transitions_are_there_from_the_start_and_do_not_count_as_inserted():
    recorded = rows_of(*(transition(index) for index in range(NUM_PRIOR)))
    replay = make_replay(num_inserted=0)
    replay.insert_recorded(recorded)
    assert (replay.num_inserted, replay.size) == (0, NUM_PRIOR)
    replay.insert(rows_of(*(transition(index) for index in range(5, 16))))
    assert (replay.num_inserted, replay.size) == (11, 13)
    restored = make_replay(num_inserted=0, seed=7)
    restored.insert_recorded(np.zeros_like(recorded))
    restored.restore(replay.save())
    assert restored.num_inserted == 11
    batches = [next(one.make_dataset(4)) for one in (replay, restored)]
    np.testing.assert_array_equal(*batches)
    np.testing.assert_array_equal(LAYOUT.unpack(batches[0]).reward < NUM_PRIOR, [True, True, False, False])


def test_both_parts_are_sampled_uniformly():
    """Each of 5 and of 8 transitions in 40,000 draws: six standard errors are 3.4 and 4.5 % of the expected counts."""
    batch = next(make_replay(num_inserted=13, num_prior_rows=lambda _: 40_000).make_dataset(80_000))
    rewards = LAYOUT.unpack(batch).reward.astype(int)
    counts = np.bincount(rewards, minlength=13)
    np.testing.assert_allclose(counts[:5], 8_000, rtol=0.07)
    np.testing.assert_allclose(counts[5:], 5_000, rtol=0.09)


@pytest.mark.parametrize("num_inserted", [3, 5, 9, 30], ids=["in the prior", "at its end", "filling", "wrapped"])
def test_restored_it_samples_and_inserts_alike(num_inserted):
    rows = (lambda number: 4) if num_inserted <= NUM_PRIOR else (lambda number: number)  # One more a batch.
    straight = make_replay(num_inserted=num_inserted, num_prior_rows=rows)
    restored = make_replay(num_inserted=2, num_prior_rows=rows, seed=7)
    dataset = straight.make_dataset(4)
    next(dataset)
    restored.restore(straight.save())
    for replay in (straight, restored):
        replay.insert(rows_of(transition(40)))
    for expected, actual in zip((next(dataset) for _ in range(3)), restored.make_dataset(4), strict=False):
        assert_equal_trees(actual, expected)
    assert_equal_trees(restored.save(), straight.save())

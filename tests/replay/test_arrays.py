"""Replay in arrays: uniform, seeded, exact to resume, and no memory before it is used."""

import subprocess
import sys

import numpy as np
import pytest

from tests.fakes import LAYOUT, assert_equal_trees, rows_of, transition
from walker_rl.replay.arrays import ArrayReplay


def make_replay(*, num_inserted: int, max_size: int = 8, seed: int = 0) -> ArrayReplay:
    replay = ArrayReplay(LAYOUT.row_size, max_size, seed)
    for index in range(num_inserted):
        replay.insert(rows_of(transition(index)))
    return replay


def test_the_oldest_row_is_overwritten_next():
    """Eight slots after 11 inserts: 8, 9 and 10 lie where 0, 1 and 2 were."""
    rows = make_replay(num_inserted=11).save()["rows"]
    np.testing.assert_array_equal(LAYOUT.unpack(rows).reward, [8, 9, 10, 3, 4, 5, 6, 7])


@pytest.mark.parametrize("num_before", [0, 3, 8, 13])
@pytest.mark.parametrize("block_size", [0, 1, 5, 8, 11, 20])
def test_a_block_lies_as_its_rows_one_by_one(num_before, block_size):
    """Also where it goes beyond the end of the ring of eight, and where it is larger than that."""
    one_by_one, at_once = (make_replay(num_inserted=num_before) for _ in range(2))
    block = [transition(index) for index in range(100, 100 + block_size)]
    for each in block:
        one_by_one.insert(rows_of(each))
    at_once.insert(rows_of(*block))
    assert_equal_trees(at_once.save(), one_by_one.save())


@pytest.mark.parametrize("num_inserted", [8, 29])
def test_sampling_is_uniform(num_inserted):
    """Chi-square of 80,000 samples in 8 cells, 7 degrees of freedom: above 24.3 once in a thousand seeds."""
    batch = LAYOUT.unpack(next(make_replay(num_inserted=num_inserted).make_dataset(80_000)))
    counts = np.bincount(batch.reward.astype(int) % 8, minlength=8)
    assert ((counts - 10_000) ** 2 / 10_000).sum() < 24.3


def test_only_what_is_held_is_sampled():
    batch = LAYOUT.unpack(next(make_replay(num_inserted=3).make_dataset(1_000)))
    assert set(batch.reward) == {0, 1, 2}


def test_equal_seeds_give_equal_batches():
    def batches(seed):
        dataset = make_replay(num_inserted=6, seed=seed).make_dataset(16)
        return [LAYOUT.unpack(next(dataset)).reward.tolist() for _ in range(3)]

    assert batches(1) == batches(1)
    assert batches(1) != batches(2)
    assert batches(1)[0] != batches(1)[1]


@pytest.mark.parametrize("num_inserted", [5, 8, 21], ids=["filling", "full", "wrapped"])
def test_restored_it_samples_and_overwrites_alike(num_inserted):
    straight, restored = make_replay(num_inserted=num_inserted), make_replay(num_inserted=2, seed=7)
    dataset = straight.make_dataset(4)
    next(dataset)
    restored.restore(straight.save())
    for replay in (straight, restored):
        replay.insert(rows_of(transition(40)))
    for expected, actual in zip((next(dataset) for _ in range(3)), restored.make_dataset(4), strict=False):
        assert_equal_trees(actual, expected)
    assert_equal_trees(restored.save(), straight.save())


def test_a_batch_is_a_copy():
    replay = make_replay(num_inserted=8)
    batch = next(replay.make_dataset(100))
    before = batch.copy()
    for index in range(50, 58):
        replay.insert(rows_of(transition(index)))
    np.testing.assert_array_equal(batch, before)


def test_an_empty_replay_has_no_batch():
    with pytest.raises(ValueError):
        next(make_replay(num_inserted=0).make_dataset(4))


MEASURE = """
from pathlib import Path
import resource
import numpy as np
from walker_rl.replay.arrays import ArrayReplay

def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()

rows = np.ones((1, 52), np.float32)
np.random.default_rng(0)  # Loads what NumPy 2 leaves until then.
start = resident()
replay = ArrayReplay(52, 1_000_000, seed=0)
made = resident()
for _ in range(20_000):
    replay.insert(rows)
print(made - start, resident() - start)
"""


def test_memory_is_taken_as_rows_are_written():
    """A million rows of 52 floats are 208 MB; twenty thousand are 4.2 MB."""
    process = subprocess.run([sys.executable, "-c", MEASURE], capture_output=True, text=True, check=True)
    when_made, when_written = map(int, process.stdout.split())
    assert when_made < 1e6
    assert 4e6 < when_written < 8e6

"""The contract of a replay, for both homes, with a real Reverb server."""

import contextlib
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from tests.fakes import LAYOUT, file_size_limit, rows_of, transition
from tests.stacks import acme_stack
from walker_rl.replay.arrays import ArrayReplay
from walker_rl.replay.interface import Replay

MakeReplay = Callable[..., Replay]


@pytest.fixture(params=["arrays", pytest.param("reverb", marks=acme_stack)])
def make_replay(request) -> Iterator[MakeReplay]:
    made: list[Replay] = []

    def make(max_size: int = 10) -> Replay:
        if request.param == "arrays":
            made.append(ArrayReplay(LAYOUT.row_size, max_size, seed=0))
        else:
            from walker_rl.replay.reverb import ReverbReplay

            made.append(ReverbReplay(LAYOUT.row_size, max_size))
        return made[-1]

    yield make
    for replay in made:
        replay.close()


@acme_stack
def test_a_full_disk_is_an_error_of_the_system(capfd):
    from walker_rl.replay.reverb import ReverbReplay

    with contextlib.closing(ReverbReplay(LAYOUT.row_size, 10_000)) as replay:
        fill(replay, range(3_000))
        state = replay.save()
        with file_size_limit(1_000):
            with pytest.raises(OSError, match=r"^Reverb's checkpoint: .*File too large"):
                replay.save()
            with pytest.raises(OSError, match="requested and 1000 written"):
                replay.restore(state)


def fill(replay, indices) -> None:
    """Inserts blocks of at most three transitions."""
    transitions = [transition(index) for index in indices]
    for begin in range(0, len(transitions), 3):
        replay.insert(rows_of(*transitions[begin : begin + 3]))


def indices_in(batch: np.ndarray) -> list[int]:
    """Which transitions a batch is made of, each held to what was inserted."""
    indices = [int(value) for value in LAYOUT.unpack(batch).reward]
    np.testing.assert_array_equal(batch, rows_of(*map(transition, indices)))
    return indices


def held(replay, batch_size: int = 300) -> set[int]:
    """What is in a replay of at most ten: one is missed with a probability below 10 * 0.9^300 = 2e-13."""
    return set(indices_in(next(replay.make_dataset(batch_size))))


def test_what_is_inserted_comes_out(make_replay):
    replay = make_replay()
    fill(replay, range(7))
    assert (replay.num_inserted, replay.size) == (7, 7)
    assert held(replay) == set(range(7))


def test_a_full_replay_drops_the_oldest(make_replay):
    replay = make_replay(max_size=5)
    fill(replay, range(13))
    assert (replay.num_inserted, replay.size) == (13, 5)
    assert held(replay) == {8, 9, 10, 11, 12}


def test_batches_have_the_shapes_of_the_learner(make_replay):
    replay = make_replay()
    fill(replay, range(4))
    dataset = replay.make_dataset(6)
    for batch in (next(dataset), next(dataset)):
        assert batch.dtype == np.float32
        assert [part.shape for part in LAYOUT.unpack(batch)] == [(6, 3), (6, 2), (6,), (6,), (6, 3)]


def test_a_dataset_made_before_the_first_insert_sees_what_comes(make_replay):
    replay = make_replay()
    dataset = replay.make_dataset(300)
    fill(replay, range(3))
    assert set(indices_in(next(dataset))) == {0, 1, 2}


@pytest.mark.parametrize("num_inserted", [0, 4, 5, 8])
def test_a_restored_replay_goes_on(make_replay, num_inserted):
    before, after = make_replay(max_size=5), make_replay(max_size=5)
    fill(before, range(num_inserted))
    state = before.save()
    fill(after, [90, 91])
    after.restore(state)
    assert (after.num_inserted, after.size) == (num_inserted, min(num_inserted, 5))
    fill(after, range(num_inserted, num_inserted + 2))
    assert (after.num_inserted, after.size) == (num_inserted + 2, min(num_inserted + 2, 5))
    assert held(after) == set(range(max(0, num_inserted - 3), num_inserted + 2))

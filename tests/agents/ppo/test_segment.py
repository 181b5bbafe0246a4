"""Segments: what an actor's steps become, and where they wait."""

import dm_env
import numpy as np
import pytest

from walker_rl.agents.ppo.segment import SegmentAdder, SegmentLayout
from walker_rl.replay.queue import Queue

LAYOUT = SegmentLayout(observation_size=2, action_size=1, unroll_length=4)
DISCOUNT = 0.9


class Kept(list):
    """A sink that keeps segments."""

    def insert(self, rows):
        self += map(LAYOUT.unpack, rows.copy())


def observation(number):
    return np.array([number, -number], np.float32)


def play(adder, lengths, endings):
    """Episodes whose n-th step overall has reward n, action n / 100 and log-density -n."""
    number = 0
    for length, ending in zip(lengths, endings, strict=True):
        adder.add_first(dm_env.restart(observation(number)))
        for step in range(length):
            number += 1
            make = ending if step == length - 1 else dm_env.transition
            timestep = make(reward=float(number), observation=observation(number + 0.5))
            adder.add(np.array([number / 100], np.float32), -float(number), timestep)
    return number


def segments_of(lengths, endings):
    kept = Kept()
    play(SegmentAdder(kept, LAYOUT, DISCOUNT), lengths, endings)
    return kept


def test_steps_of_several_episodes_lie_in_one_segment_with_their_ends():
    first, second = segments_of([3, 2, 3], [dm_env.termination, dm_env.truncation, dm_env.transition])
    np.testing.assert_array_equal(first.reward, [1, 2, 3, 4])
    np.testing.assert_allclose(first.action[:, 0], [0.01, 0.02, 0.03, 0.04])
    np.testing.assert_array_equal(first.log_density, [-1, -2, -3, -4])
    np.testing.assert_array_equal(first.observation[:, 0], [0, 1.5, 2.5, 3])
    np.testing.assert_array_equal(first.next_observation[:, 0], [1.5, 2.5, 3.5, 4.5])
    np.testing.assert_array_equal(first.is_last, [0, 0, 1, 0])
    np.testing.assert_allclose(first.discount, [0.9, 0.9, 0.0, 0.9])
    np.testing.assert_allclose(first.return_so_far, [1, 2 + 0.9, 3 + 0.9 * 2.9, 4])
    np.testing.assert_array_equal(second.is_last, [1, 0, 0, 0])
    np.testing.assert_allclose(second.discount, [0.9, 0.9, 0.9, 0.9])  # A truncation is no termination.
    np.testing.assert_allclose(second.return_so_far[:2], [5 + 0.9 * 4, 6])


def test_an_adder_goes_on_where_it_was_saved():
    straight, resumed = Kept(), Kept()
    play(SegmentAdder(straight, LAYOUT, DISCOUNT), [6], [dm_env.transition])
    before = SegmentAdder(resumed, LAYOUT, DISCOUNT)
    before.add_first(dm_env.restart(observation(0)))
    for number in (1, 2):
        timestep = dm_env.transition(reward=float(number), observation=observation(number + 0.5))
        before.add(np.array([number / 100], np.float32), -float(number), timestep)
    after = SegmentAdder(resumed, LAYOUT, DISCOUNT)
    after.restore(before.save())
    for number in (3, 4):
        timestep = dm_env.transition(reward=float(number), observation=observation(number + 0.5))
        after.add(np.array([number / 100], np.float32), -float(number), timestep)
    for expected, actual in zip(straight[0], resumed[0], strict=True):
        np.testing.assert_array_equal(actual, expected)


def test_an_episode_that_is_left_before_its_end_counts_as_truncated():
    kept = Kept()
    adder = SegmentAdder(kept, LAYOUT, DISCOUNT)
    play(adder, [2, 2], [dm_env.transition, dm_env.transition])
    np.testing.assert_array_equal(kept[0].is_last, [0, 1, 0, 0])
    np.testing.assert_allclose(kept[0].discount, [DISCOUNT] * 4)


def test_a_step_before_the_first_observation_is_refused():
    with pytest.raises(RuntimeError, match="add_first"):
        SegmentAdder(Kept(), LAYOUT, DISCOUNT).add(np.zeros(1), 0.0, dm_env.transition(0.0, observation(0)))


def test_a_row_holds_a_segment():
    (segment,) = segments_of([4], [dm_env.termination])
    row = np.full(LAYOUT.row_size, np.nan, np.float32)
    LAYOUT.pack(segment, row)
    assert LAYOUT.row_size == 4 * (2 * 2 + 1 + 5)
    for expected, actual in zip(segment, LAYOUT.unpack(row), strict=True):
        np.testing.assert_array_equal(actual, expected)


def test_the_queue_gives_each_segment_once_and_in_order():
    queue, restored = Queue(LAYOUT.row_size), Queue(LAYOUT.row_size)
    play(SegmentAdder(queue, LAYOUT, DISCOUNT), [20], [dm_env.transition])
    dataset = queue.make_dataset(2)
    np.testing.assert_array_equal(LAYOUT.unpack(next(dataset)).reward, [[1, 2, 3, 4], [5, 6, 7, 8]])
    restored.restore(queue.save())
    assert (queue.size, queue.num_inserted) == (restored.size, restored.num_inserted) == (3, 5)
    for each in (dataset, restored.make_dataset(2)):
        np.testing.assert_array_equal(LAYOUT.unpack(next(each)).reward, [[9, 10, 11, 12], [13, 14, 15, 16]])
        with pytest.raises(ValueError, match="1 items wait, not 2"):
            next(each)
    (row,) = next(queue.make_dataset(1))
    queue.insert(np.stack([row, row + 1, row + 2]))
    np.testing.assert_array_equal(next(queue.make_dataset(3)), [row, row + 1, row + 2])
    assert (queue.size, queue.num_inserted) == (0, 8)
    assert Queue(LAYOUT.row_size).save()["rows"].shape == (0, LAYOUT.row_size)

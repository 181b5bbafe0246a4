"""The arithmetic of updates due."""

import math
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from walker_rl.replay.pace import Pace


def updates_by_insert(num_inserts: int, samples_per_insert: float, batch_size: int, min_replay_size: int) -> list[int]:
    """How many updates follow each insert, if every update due is done."""
    pace, done = Pace(samples_per_insert, batch_size, min_replay_size), []
    for num_inserted in range(1, num_inserts + 1):
        done.append(pace.updates_due(num_inserted, sum(done)))
    return done


@pytest.mark.parametrize(
    ("samples_per_insert", "expected"),
    [
        (256, [1, 1, 1, 1]),
        (32, [0, 0, 0, 0, 0, 0, 0, 1] * 3),  # 8 * 32 = 256
        (256 * 1.5, [1, 2, 1, 2, 1, 2]),
        (512, [2, 2, 2]),
        (256 / 3, [0, 0, 1, 0, 0, 1]),
    ],
)
def test_fractions_are_carried_over(samples_per_insert, expected):
    assert updates_by_insert(10 + len(expected), samples_per_insert, 256, 10) == [0] * 10 + expected


def test_nothing_before_min_replay_size():
    assert updates_by_insert(1_001, 256 * 50, 256, 1_000) == [0] * 1_000 + [50]


def test_updates_done_ahead_are_not_owed():
    assert Pace(256, 256, 10).updates_due(20, 15) == 0


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.integers(1, 9), min_size=1, max_size=30),
    st.integers(1, 4_096).map(lambda quarters: quarters / 4),
    st.sampled_from([1, 32, 256, 512]),
    st.integers(1, 60),
)
def test_the_total_is_the_floor_however_the_inserts_come(inserts, samples_per_insert, batch_size, min_replay_size):
    """Several transitions arrive at once when an episode ends; the sum does not depend on it."""
    num_inserted, learner_steps = 0, 0
    for count in inserts:
        num_inserted += count
        learner_steps += Pace(samples_per_insert, batch_size, min_replay_size).updates_due(num_inserted, learner_steps)
        exact = Fraction(num_inserted - min_replay_size) * Fraction(samples_per_insert) / batch_size
        assert learner_steps == max(0, math.floor(exact))


@pytest.mark.parametrize("samples_per_insert", [32, 256, 100, 512])
def test_an_update_becomes_due_at_its_steps(samples_per_insert):
    """Between two of them nothing is due; with fractions, it is due at the first whole transition after."""
    pace = Pace(samples_per_insert, 256, 1_000)
    for learner_steps in range(20):
        num_inserted = math.ceil(pace.steps_at_update(learner_steps))
        assert pace.updates_due(num_inserted, learner_steps) >= 1
        assert pace.updates_due(num_inserted - 1, learner_steps) == 0

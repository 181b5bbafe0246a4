"""How a transition lies in a row."""

import numpy as np
import pytest

from tests.fakes import LAYOUT, transition
from walker_rl.types import Transition


def test_a_row_holds_every_field_once():
    assert LAYOUT.row_size == 3 + 2 + 1 + 1 + 3
    row = np.full(LAYOUT.row_size, np.nan, np.float32)
    LAYOUT.pack(Transition(np.array([1, 2, 3]), np.array([4, 5]), 6, 7, np.array([8, 9, 10])), row)
    np.testing.assert_array_equal(row, np.arange(1, 11))


def test_pack_and_unpack_are_inverse():
    row = np.empty(LAYOUT.row_size, np.float32)
    LAYOUT.pack(transition(3), row)
    for actual, expected in zip(LAYOUT.unpack(row), transition(3), strict=True):
        np.testing.assert_array_equal(actual, np.float32(expected))


@pytest.mark.parametrize("batch_shape", [(5,), (4, 5)])
def test_leading_dimensions_stay(batch_shape):
    batch = LAYOUT.unpack(np.zeros((*batch_shape, LAYOUT.row_size), np.float32))
    assert batch.observation.shape == batch.next_observation.shape == (*batch_shape, 3)
    assert batch.action.shape == (*batch_shape, 2)
    assert batch.reward.shape == batch.discount.shape == batch_shape


@pytest.mark.parametrize("field", ["observation", "action", "next_observation"])
def test_a_wrong_size_is_refused(field):
    wrong = transition(0)._replace(**{field: np.zeros(7)})
    with pytest.raises(ValueError, match="broadcast"):
        LAYOUT.pack(wrong, np.empty(LAYOUT.row_size, np.float32))

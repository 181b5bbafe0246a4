"""Slots of cores."""

import pytest

from walker_rl.processes.slots import make_slots


@pytest.mark.parametrize(
    ("cores", "num_slots", "slots"),
    [
        ([0, 1], 2, [(0,), (1,)]),
        ([2, 5, 7], 1, [(2, 5, 7)]),
        ([0, 1, 2, 3, 4], 2, [(0, 1), (2, 3, 4)]),
        ([0, 1, 2, 3], 4, [(0,), (1,), (2,), (3,)]),
        ([4, 6], 5, [(4,), (6,), (4,), (6,), (4,)]),
    ],
)
def test_slots_share_the_cores(cores, num_slots, slots):
    assert make_slots(cores, num_slots) == slots

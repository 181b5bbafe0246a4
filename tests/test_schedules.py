"""Schedules: constants, and values that change linearly between two steps."""

import pytest

from walker_rl.schedules import Linear, value_at


@pytest.mark.parametrize(
    ("actor_steps", "value"), [(0, 0.5), (99, 0.5), (100, 0.5), (150, 0.4), (200, 0.3), (300, 0.1), (10**9, 0.1)]
)
def test_linear_changes_between_its_steps_alone(actor_steps, value):
    """0.5 to 0.1 over 200 steps: 0.002 a step."""
    assert value_at(Linear(first=0.5, last=0.1, begin=100, end=300), actor_steps) == pytest.approx(value)


def test_a_constant_stays():
    assert value_at(0.3, 10**9) == 0.3

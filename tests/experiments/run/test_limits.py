"""The limits of a training, one by one and together."""

import math

import pytest

from tests.tiny import AGENT
from walker_rl.experiments.config import FREE_TO_CHANGE
from walker_rl.experiments.config_loading import load_config
from walker_rl.experiments.run.limits import LIMITS, limit_reached


@pytest.mark.parametrize(
    ("place", "reached"),
    [
        ((99, 59.0, 1_999.9), None),
        ((100, 59.0, -math.inf), "steps"),
        ((100, 59.0, 1_999.9), "steps"),
        ((99, 60.0, -math.inf), "time"),
        ((99, 0.0, 2_000.0), "return"),
        ((100, 60.0, 2_000.0), "return"),
        ((100, 60.0, 0.0), "steps"),
        ((0, 60.0, -math.inf), None),
    ],
)
def test_the_limit_that_is_reached(place, reached):
    config = load_config(AGENT, (), ("max_actor_steps=100", "max_walltime=60", "target_return=2000"))
    assert limit_reached(config, *place) == reached


def test_without_limits_of_time_and_return_only_steps_end_a_training():
    config = load_config(AGENT, (), ("max_actor_steps=100",))
    assert limit_reached(config, 99, 1e9, 1e9) is None
    assert limit_reached(config, 100, 1.0, -math.inf) == "steps"


def test_a_resumed_run_may_have_other_limits():
    assert set(LIMITS.values()) <= set(FREE_TO_CHANGE)

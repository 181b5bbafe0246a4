"""The learner's loop: what is due, rows of metrics, and an exact resume."""

import numpy as np
import pytest
import tensorflow as tf

from tests.fakes import assert_equal_trees
from tests.tiny import AGENT, TINY_AGENT
from walker_rl.errors import RunError
from walker_rl.experiments.config_loading import load_config
from walker_rl.experiments.learner_loop import LearnerLoop
from walker_rl.experiments.parts import LearnerSide, builder_of, make_learner_side

CONFIG = load_config(AGENT, (), (*TINY_AGENT, "task=Pendulum-v1", "agent.samples_per_insert=16"))
"""One update for two transitions, after the first 200."""


def make() -> tuple[LearnerLoop, LearnerSide, list[int]]:
    """A loop, its parts, and the learner steps of its rows."""
    side, steps = make_learner_side(CONFIG, builder_of(CONFIG)), []
    return LearnerLoop(side, 10, lambda metrics: steps.append(side.learner.learner_steps)), side, steps


def insert(side, number, value=None):
    rows = np.random.default_rng(number).normal(size=(number, side.builder.layout.row_size)).astype(np.float32)
    side.replay.insert(rows if value is None else np.full_like(rows, value))


def test_it_does_what_is_due_and_gives_a_row_each_period():
    loop, side, steps = make()
    for number, expected in ((200, 0), (1, 0), (1, 1), (49, 24), (1, 1), (8, 4)):
        insert(side, number)
        assert [loop.step() for _ in range(expected)] == [True] * expected
        assert not loop.step()
    assert side.learner.learner_steps == 30
    assert steps == [10, 20, 30]


def test_restored_it_continues_alike():
    straight, side, _ = make()
    insert(side, 240)
    for _ in range(10):
        assert straight.step()
    resumed, _, _ = make()
    resumed.restore(straight.save())
    while straight.step():
        assert resumed.step()
    assert not resumed.step()
    assert_equal_trees(resumed.save(), straight.save())


def test_a_metric_of_any_type_is_recorded_as_a_number(monkeypatch):
    loop, side, _ = make()
    insert(side, 240)
    rows = []
    loop = LearnerLoop(side, 1, rows.append)
    step = side.learner.step
    monkeypatch.setattr(side.learner, "step", lambda: {**step(), "is_early": np.bool_(True), "count": tf.constant(3)})
    assert loop.step()
    assert [str(rows[0][name]) for name in ("is_early", "count")] == ["1.0", "3.0"]


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_number_that_is_not_finite_is_neither_passed_on_nor_saved(value):
    loop, side, steps = make()
    insert(side, 240, value)
    with pytest.raises(RunError, match=r"^\w+ is (nan|-?inf) at learner step 1$"):
        loop.step()
    with pytest.raises(RunError, match=r"^a weight is not finite at learner step 1$"):
        loop.save()
    assert steps == []

"""Running statistics and the normaliser, held to NumPy's moments of everything at once."""

import numpy as np
import pytest
import tensorflow as tf

from walker_rl.networks.normalizer import Normalizer
from walker_rl.networks.statistics import RunningStatistics

RANDOM = np.random.default_rng(0)
BATCHES = [RANDOM.normal(5, 3, (size, 4)).astype(np.float32) for size in (1, 100, 7)]
EVERYTHING = np.concatenate(BATCHES).astype(np.float64)


@pytest.mark.parametrize("traced", [False, True])
def test_running_statistics_are_those_of_everything_at_once(traced):
    statistics = RunningStatistics((4,))
    np.testing.assert_array_equal(statistics.mean, np.zeros(4))
    np.testing.assert_array_equal(statistics.stddev, np.ones(4))
    add = tf.function(statistics.add, autograph=False) if traced else statistics.add
    for batch in BATCHES:
        add(batch)
    np.testing.assert_allclose(statistics.mean, EVERYTHING.mean(axis=0), rtol=1e-12)
    np.testing.assert_allclose(statistics.stddev, EVERYTHING.std(axis=0), rtol=1e-7)


def test_statistics_of_numbers_have_no_shape():
    statistics = RunningStatistics(())
    statistics.add(EVERYTHING[:, 0])
    np.testing.assert_allclose(statistics.stddev, EVERYTHING[:, 0].std(), rtol=1e-7)


def test_a_normaliser_changes_nothing_before_its_first_observations():
    np.testing.assert_array_equal(Normalizer(4)(BATCHES[2]), np.clip(BATCHES[2], -10, 10))


def test_a_normaliser_shifts_scales_and_clips():
    """A dimension that never changes stays finite."""
    normalizer = Normalizer(2)
    for batch in BATCHES:
        normalizer.statistics.add(np.stack([batch[:, 0], np.full(len(batch), 1e3, np.float32)], axis=1))
    column = EVERYTHING[:, 0]
    expected = (column - column.mean()) / column.std()
    actual = normalizer(np.stack([column, np.full(len(column), 1e3 + 1)], axis=1).astype(np.float32))
    np.testing.assert_allclose(actual, np.stack([expected, np.full(len(column), 10.0)], axis=1), rtol=1e-4, atol=1e-5)

"""Gaussian densities against SciPy."""

import numpy as np
import pytest
import scipy.stats
import tensorflow as tf

from walker_rl.losses.gaussian import entropy, log_density
from walker_rl.networks.heads import Gaussian

RANDOM = np.random.default_rng(0)
MEAN, VALUE = RANDOM.normal(size=(2, 5, 3)).astype(np.float32)
STDDEV = RANDOM.uniform(0.1, 2, (5, 3)).astype(np.float32)
GAUSSIAN = Gaussian(tf.constant(MEAN), tf.constant(STDDEV))


def test_log_density():
    expected = scipy.stats.norm(MEAN, STDDEV).logpdf(VALUE).sum(axis=-1)
    np.testing.assert_allclose(log_density(GAUSSIAN, tf.constant(VALUE)), expected, rtol=1e-5)


def test_entropy():
    expected = scipy.stats.norm(MEAN, STDDEV).entropy().sum(axis=-1)
    np.testing.assert_allclose(entropy(GAUSSIAN), expected, rtol=1e-5)


def test_other_ranks_are_refused():
    flat = Gaussian(tf.zeros([3]), tf.ones([3]))
    with pytest.raises(ValueError):
        log_density(flat, tf.zeros([5, 3]))
    with pytest.raises(ValueError):
        entropy(flat)

"""The squashed Gaussian's density against integrals, samples and double precision."""

import numpy as np
import pytest
import tensorflow as tf

from walker_rl.losses.squashed_gaussian import log_density
from walker_rl.networks.heads import Gaussian


def density(mean, stddev, actions):
    """Of actions in (-1, 1), of one dimension, `[B]`."""
    unsquashed = np.arctanh(actions).astype(np.float32)[:, None]
    gaussian = Gaussian(*(tf.fill(unsquashed.shape, value) for value in (mean, stddev)))
    return np.exp(log_density(gaussian, tf.constant(unsquashed)).numpy())


@pytest.mark.parametrize(("mean", "stddev"), [(0.0, 1.0), (0.5, 0.3), (-1.2, 0.8), (0.0, 2.0)])
def test_it_integrates_to_one_and_has_the_moments_of_samples(mean, stddev):
    edges = np.tanh(np.linspace(-9, 9, 20_001))  # Finer where the density is steep.
    middles, widths = (edges[1:] + edges[:-1]) / 2, np.diff(edges)
    inside = np.abs(middles) < 1 - 1e-6
    mass = density(mean, stddev, middles[inside]) * widths[inside]
    np.testing.assert_allclose(mass.sum(), 1, atol=2e-3)
    samples = np.tanh(mean + stddev * np.random.default_rng(0).standard_normal(1_000_000))
    np.testing.assert_allclose((mass * middles[inside]).sum(), samples.mean(), atol=3e-3)
    np.testing.assert_allclose((mass * middles[inside] ** 2).sum(), np.square(samples).mean(), atol=3e-3)


def test_dimensions_are_independent():
    gaussian = Gaussian(tf.constant([[0.1, -0.4]]), tf.constant([[0.5, 1.5]]))
    unsquashed = tf.constant([[0.3, -2.0]])
    parts = [
        log_density(Gaussian(gaussian.mean[:, index : index + 1], gaussian.stddev[:, index : index + 1]), value)
        for index, value in enumerate(tf.split(unsquashed, 2, axis=1))
    ]
    np.testing.assert_allclose(log_density(gaussian, unsquashed), parts[0] + parts[1], rtol=1e-6)


def test_it_is_exact_and_has_gradients_where_tanh_is_one():
    """At u = 20, float32's tanh is 1, and log(1 - tanh^2) minus infinity, where it should be log 4 - 2 |u|."""
    unsquashed = tf.constant([[20.0], [-20.0], [60.0]])
    gaussian = Gaussian(unsquashed - 0.5, tf.ones_like(unsquashed))
    expected = -0.5 * 0.25 - 0.5 * np.log(2 * np.pi) - (np.log(4) - 2 * np.abs(unsquashed.numpy()[:, 0]))
    with tf.GradientTape() as tape:
        tape.watch(unsquashed)
        value = log_density(gaussian, unsquashed)
    np.testing.assert_allclose(value, expected, rtol=1e-6)
    np.testing.assert_allclose(tape.gradient(value, unsquashed)[:, 0], [2 - 0.5, -2 - 0.5, 2 - 0.5], rtol=1e-5)


def test_a_vector_is_refused():
    with pytest.raises(ValueError):
        log_density(Gaussian(tf.zeros([3]), tf.ones([3])), tf.zeros([3]))

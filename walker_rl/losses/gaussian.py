"""Densities of a Gaussian with independent dimensions."""

import tensorflow as tf

from walker_rl.networks.heads import Gaussian
from walker_rl.policies.heads import LOG_SQRT_2PI


def log_density(gaussian: Gaussian, value: tf.Tensor) -> tf.Tensor:
    """Logarithm of the density of `value` `[B, A]` or `[N, B, A]`, summed over dimensions, `[B]` or `[N, B]`."""
    tf.debugging.assert_rank_in(value, (2, 3))
    tf.debugging.assert_rank(gaussian.mean, 2)
    tf.debugging.assert_rank(gaussian.stddev, 2)
    deviation = (value - gaussian.mean) / gaussian.stddev
    return tf.reduce_sum(-0.5 * tf.square(deviation) - tf.math.log(gaussian.stddev) - LOG_SQRT_2PI, axis=-1)


def entropy(gaussian: Gaussian) -> tf.Tensor:
    """`sum log(stddev) + log sqrt(2 pi e)` over dimensions, in nats, `[B]`."""
    tf.debugging.assert_rank(gaussian.stddev, 2)
    return tf.reduce_sum(tf.math.log(gaussian.stddev) + LOG_SQRT_2PI + 0.5, axis=-1)

"""A Gaussian whose samples tanh squashes into (-1, 1) (Haarnoja et al. 2018, arXiv:1812.05905, appendix C)."""

import math

import tensorflow as tf

from walker_rl.losses import gaussian as gaussian_losses
from walker_rl.networks.heads import Gaussian


def log_density(gaussian: Gaussian, unsquashed: tf.Tensor) -> tf.Tensor:
    """Logarithm of the density of `tanh(unsquashed)` where `unsquashed` is a sample of `gaussian`, `[B, A]` to `[B]`.

    Equation 26: `log N(u; mean, stddev) - sum log(1 - tanh(u)^2)`, the latter as `2 (log 2 - u - softplus(-2 u))`,
    which loses no digits where tanh is close to its bounds.
    """
    log_slope = 2 * (math.log(2) - unsquashed - tf.math.softplus(-2 * unsquashed))
    return gaussian_losses.log_density(gaussian, unsquashed) - tf.reduce_sum(log_slope, axis=-1)

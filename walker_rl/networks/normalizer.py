"""Normalisation of observations by their running mean and standard deviation."""

import tensorflow as tf

from walker_rl.networks.statistics import RunningStatistics
from walker_rl.policies.numpy_policy import MAX_NORMALIZED


class Normalizer:
    """`clip(scale (x - mean), -10, 10)` with the statistics of all observations so far, which have no gradient.

    Attributes:
        statistics: mean and standard deviation of the observations that a learner has added.
    """

    def __init__(self, size: int) -> None:
        """Starts statistics of observations `[B, size]`; before the first, the mean is 0 and the scale 1."""
        self.statistics = RunningStatistics((size,))

    def __call__(self, observation: tf.Tensor) -> tf.Tensor:
        """Normalises observations `[B, O]`."""
        mean, scale = self.weights().values()
        return tf.clip_by_value((observation - mean) * scale, -MAX_NORMALIZED, MAX_NORMALIZED)

    def weights(self) -> dict[str, tf.Tensor]:
        """Mean and scale, float32 `[O]`, by their names in `PolicyArchitecture.variable_shapes`."""
        mean, scale = self.statistics.mean, 1 / self.statistics.stddev
        return {"normalizer/mean": tf.cast(mean, tf.float32), "normalizer/scale": tf.cast(scale, tf.float32)}

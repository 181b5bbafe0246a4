"""Normalisation of observations by their running mean and spread."""

import tensorflow as tf

from walker_rl.networks.statistics import RunningStatistics

MAX_NORMALIZED = 10.0
"""Bound of a normalised observation, so that an unusual one does not throw the network off."""


class Normalizer:
    """`clip(scale (x - mean), -10, 10)` by the statistics of all observations so far, which no gradient changes.

    Attributes:
        statistics: mean and spread of the observations that a learner has added.
    """

    def __init__(self, size: int) -> None:
        """Makes statistics of observations `[B, size]`; before the first, the mean is 0 and the scale 1."""
        self.statistics = RunningStatistics((size,))

    def __call__(self, observation: tf.Tensor) -> tf.Tensor:
        """Maps `[B, O]` to `[B, O]`."""
        mean, scale = self.weights().values()
        return tf.clip_by_value((observation - mean) * scale, -MAX_NORMALIZED, MAX_NORMALIZED)

    def weights(self) -> dict[str, tf.Tensor]:
        """Mean and scale, float32 `[O]`, by their names in `PolicyArchitecture.variable_shapes`."""
        mean, scale = self.statistics.mean, 1 / self.statistics.stddev
        return {"normalizer/mean": tf.cast(mean, tf.float32), "normalizer/scale": tf.cast(scale, tf.float32)}

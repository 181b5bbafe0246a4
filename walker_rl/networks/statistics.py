"""Running mean and variance, merged batch by batch (Chan et al. 1979)."""

import tensorflow as tf

EPSILON = 1e-8


class RunningStatistics:
    """Mean and standard deviation of all vectors so far, in float64 TensorFlow variables that a learner saves."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        """Starts without any vector of this shape."""
        self._count = tf.Variable(0.0, dtype=tf.float64, trainable=False)
        self._mean = tf.Variable(tf.zeros(shape, tf.float64), trainable=False)
        self._squared_deviations = tf.Variable(tf.zeros(shape, tf.float64), trainable=False)

    def add(self, values: tf.Tensor) -> None:
        """Adds `values` `[n, *shape]`; runs eagerly or as part of a graph."""
        values = tf.cast(values, tf.float64)
        count = tf.cast(tf.shape(values)[0], tf.float64)
        total = self._count + count
        mean = tf.reduce_mean(values, axis=0)
        distance = mean - self._mean
        within = tf.reduce_sum(tf.square(values - mean), axis=0)
        self._squared_deviations.assign_add(within + tf.square(distance) * self._count * count / total)
        self._mean.assign_add(distance * count / total)
        self._count.assign(total)

    @property
    def mean(self) -> tf.Tensor:
        """Mean, float64 `[*shape]`; zero before the first values."""
        return tf.convert_to_tensor(self._mean)

    @property
    def stddev(self) -> tf.Tensor:
        """Standard deviation, float64 `[*shape]`; one before the first values, never zero."""
        spread = tf.sqrt(self._squared_deviations / tf.maximum(self._count, 1.0) + EPSILON)
        return tf.where(self._count > 0, spread, tf.ones_like(spread))

    def state(self) -> dict[str, tf.Variable]:
        """All variables by name."""
        return {"count": self._count, "mean": self._mean, "sum_of_squares": self._squared_deviations}

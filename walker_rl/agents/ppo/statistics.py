"""Running mean and variance, merged batch by batch (Chan et al. 1979)."""

import numpy as np
import tensorflow as tf

EPSILON = 1e-8


class RunningStatistics:
    """Mean and standard deviation of all vectors so far, in float64 TensorFlow variables, which a learner saves."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        """Makes statistics of no vectors yet."""
        self._count = tf.Variable(0.0, dtype=tf.float64, trainable=False)
        self._mean = tf.Variable(tf.zeros(shape, tf.float64), trainable=False)
        self._sum_of_squares = tf.Variable(tf.zeros(shape, tf.float64), trainable=False)

    def add(self, values: np.ndarray) -> None:
        """Adds `values` `[n, *shape]`."""
        values = np.asarray(values, np.float64)
        count, total = len(values), self._count.numpy() + len(values)
        mean = values.mean(axis=0)
        distance = mean - self._mean.numpy()
        within = np.square(values - mean).sum(axis=0)
        self._sum_of_squares.assign_add(within + distance**2 * self._count.numpy() * count / total)
        self._mean.assign_add(distance * count / total)
        self._count.assign(total)

    @property
    def mean(self) -> np.ndarray:
        """Mean `[*shape]`; zero before the first values."""
        return np.asarray(self._mean)

    @property
    def stddev(self) -> np.ndarray:
        """Standard deviation `[*shape]`; one before the first values, never zero."""
        if self._count.numpy() == 0:
            return np.ones_like(self.mean)
        return np.sqrt(np.asarray(self._sum_of_squares) / self._count.numpy() + EPSILON)

    def state(self) -> dict[str, tf.Variable]:
        """All variables by name."""
        return {"count": self._count, "mean": self._mean, "sum_of_squares": self._sum_of_squares}

"""The three objectives of soft actor-critic (Haarnoja et al. 2018, arXiv:1812.05905)."""

import tensorflow as tf


def soft_value(values: tf.Tensor, log_density: tf.Tensor, temperature: tf.Tensor) -> tf.Tensor:
    """`min_i Q_i(s, a) - temperature log pi(a|s)`: a state's value, from one sampled action (equation 3).

    Args:
        values: values of both critics, `[2, B]`.
        log_density: log-density of the action, `[B]`.
        temperature: worth of a nat of entropy, in units of the return, `[]`.

    Returns:
        `[B]`.
    """
    tf.debugging.assert_rank(values, 2)
    tf.debugging.assert_rank(log_density, 1)
    tf.debugging.assert_rank(temperature, 0)
    return tf.reduce_min(values, axis=0) - temperature * log_density


def temperature_loss(log_temperature: tf.Tensor, log_density: tf.Tensor, target_entropy: tf.Tensor) -> tf.Tensor:
    """`-log_temperature (log pi + target_entropy)`: the temperature grows while the entropy is below its target.

    Equation 18, with the logarithm in place of the temperature, as in the authors' code. The density is a constant.

    Args:
        log_temperature: logarithm of the temperature, `[]`.
        log_density: log-density of sampled actions, `[B]`.
        target_entropy: target of the entropy, in nats, `[]`.

    Returns:
        `[B]`.
    """
    tf.debugging.assert_rank(log_temperature, 0)
    tf.debugging.assert_rank(log_density, 1)
    tf.debugging.assert_rank(target_entropy, 0)
    return -log_temperature * tf.stop_gradient(log_density + target_entropy)

"""The squared temporal-difference error of a scalar critic, or of two."""

import tensorflow as tf


def squared_td_error(value: tf.Tensor, reward: tf.Tensor, discount: tf.Tensor, next_value: tf.Tensor) -> tf.Tensor:
    """`(reward + discount * next_value - value)^2 / 2`; its gradient in `value` is minus the TD error.

    Sutton 1988; the loss of Lillicrap et al. 2016, section 3, Algorithm 1. The target is a constant.

    Args:
        value: `Q(s_t, a_t)`, `[B]`.
        reward: n-step reward, `[B]`.
        discount: worth of `next_value` at `t`, 0 after a termination, `[B]`.
        next_value: `Q(s_{t+n}, a_{t+n})`, `[B]`.

    Returns:
        `[B]`.
    """
    for tensor in (value, reward, discount, next_value):
        tf.debugging.assert_rank(tensor, 1)
    target = tf.stop_gradient(reward + discount * next_value)
    return 0.5 * tf.square(target - value)


def twin_squared_td_error(
    values: tf.Tensor, reward: tf.Tensor, discount: tf.Tensor, next_value: tf.Tensor
) -> tf.Tensor:
    """The sum over critics of `squared_td_error` to one common target (Fujimoto et al. 2018, Algorithm 1).

    `values` are each critic's, `[2, B]`; the other arguments and the result are `[B]`, as in `squared_td_error`.
    """
    tf.debugging.assert_rank(values, 2)
    return tf.add_n([squared_td_error(value, reward, discount, next_value) for value in tf.unstack(values)])

"""The deterministic policy gradient (Silver et al. 2014, Theorem 1; Lillicrap et al. 2016, equation 6)."""

from collections.abc import Callable

import tensorflow as tf


def action_gradient(value_fn: Callable[[tf.Tensor], tf.Tensor], action: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """The critic's values of the actions, `[B]`, and their gradients `dQ/da`, `[B, A]`, as constants.

    `value_fn` maps actions `[B, A]` to values `[B]`, each row on its own.
    """
    tf.debugging.assert_rank(action, 2)
    action = tf.stop_gradient(action)
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(action)
        value = value_fn(action)
    tf.debugging.assert_rank(value, 1)
    return tf.stop_gradient(value), tf.stop_gradient(tape.gradient(value, action))


def deterministic_policy_gradient_loss(
    action: tf.Tensor, dqda: tf.Tensor, max_dqda_norm: float | None = None
) -> tf.Tensor:
    """Half the squared distance from the policy's action to the same action moved along `dQ/da`.

    Its gradient in the policy's weights is `-dQ/da da/dw`: descending it ascends the critic. Its value is
    `||dQ/da||^2 / 2` after clipping, which shows how far the actions are from stationary points of the critic.

    Args:
        action: the policy's action, `[B, A]`.
        dqda: gradient of the critic at `action`, `[B, A]`.
        max_dqda_norm: norm to which longer rows of `dqda` are scaled down; None: no limit.

    Returns:
        `[B]`.
    """
    tf.debugging.assert_rank(action, 2)
    tf.debugging.assert_rank(dqda, 2)
    if max_dqda_norm is not None:
        dqda = tf.clip_by_norm(dqda, max_dqda_norm, axes=-1)
    better_action = tf.stop_gradient(action + dqda)
    return 0.5 * tf.reduce_sum(tf.square(better_action - action), axis=-1)

"""PPO's clipped objective (Schulman et al. 2017, arXiv:1707.06347)."""

import tensorflow as tf


def clipped_surrogate_loss(log_ratio: tf.Tensor, advantage: tf.Tensor, clip: tf.Tensor) -> tf.Tensor:
    """`-min(ratio advantage, clip(ratio, 1 - clip, 1 + clip) advantage)` (equation 7).

    Args:
        log_ratio: logarithm of the new policy's density of the action over the behaviour's, `[B]`.
        advantage: advantages of the actions, constants, `[B]`.
        clip: distance of the ratio from 1 beyond which it does not pay, `[]`.

    Returns:
        `[B]`.
    """
    tf.debugging.assert_rank(log_ratio, 1)
    tf.debugging.assert_rank(advantage, 1)
    tf.debugging.assert_rank(clip, 0)
    ratio = tf.exp(log_ratio)
    return -tf.minimum(ratio * advantage, tf.clip_by_value(ratio, 1 - clip, 1 + clip) * advantage)


def approximate_kl(log_ratio: tf.Tensor) -> tf.Tensor:
    """`ratio - 1 - log ratio`: its mean over the behaviour's actions is the KL divergence from it, in nats, `[B]`.

    It is never negative, and varies less than `-log ratio` (http://joschu.net/blog/kl-approx.html).
    """
    tf.debugging.assert_rank(log_ratio, 1)
    return tf.exp(log_ratio) - 1 - log_ratio

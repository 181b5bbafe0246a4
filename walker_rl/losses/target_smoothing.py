"""The target policy's action with clipped noise (Fujimoto et al. 2018, arXiv:1802.09477, section 5.3)."""

import tensorflow as tf


def smoothed_action(action: tf.Tensor, noise: tf.Tensor, max_noise: float) -> tf.Tensor:
    """`clip(action + clip(noise, -max_noise, max_noise), -1, 1)` (equation 14; the outer clip is in the authors' code).

    Action and noise, in action units, are `[B, A]`, and so is the result.
    """
    tf.debugging.assert_rank(action, 2)
    tf.debugging.assert_rank(noise, 2)
    return tf.clip_by_value(action + tf.clip_by_value(noise, -max_noise, max_noise), -1.0, 1.0)

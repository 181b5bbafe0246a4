"""LayerNorm followed by tanh, with its gradient written out."""

from collections.abc import Callable

import sonnet as snt
import tensorflow as tf

from walker_rl.policies.torso import LAYER_NORM_EPSILON


class LayerNormTanh(snt.Module):
    """`tanh(scale * (x - mean) / sqrt(variance + epsilon) + offset)` over the last axis.

    (LayerNorm: Ba et al. 2016, https://arxiv.org/abs/1607.06450, equation 4.) The same function as `snt.LayerNorm` and
    `tf.tanh`, in half the passes over the batch when differentiated, which saves a tenth of an update.
    """

    def __init__(self, size: int) -> None:
        """Makes variables for a last axis of `size`: scales of 1 and offsets of 0."""
        super().__init__(name="layer_norm")
        self.scale = tf.Variable(tf.ones([size]), name="scale")
        self.offset = tf.Variable(tf.zeros([size]), name="offset")

    def __call__(self, inputs: tf.Tensor) -> tf.Tensor:
        """Maps `[B, size]` to `[B, size]` in (-1, 1)."""
        return _layer_norm_tanh(inputs, self.scale, self.offset)


@tf.custom_gradient
def _layer_norm_tanh(
    inputs: tf.Tensor, scale: tf.Tensor, offset: tf.Tensor
) -> tuple[tf.Tensor, Callable[[tf.Tensor], tuple[tf.Tensor, ...]]]:
    centred = inputs - tf.reduce_mean(inputs, axis=-1, keepdims=True)
    inverse_stddev = tf.math.rsqrt(tf.reduce_mean(tf.square(centred), axis=-1, keepdims=True) + LAYER_NORM_EPSILON)
    normalised = centred * inverse_stddev
    outputs = tf.tanh(scale * normalised + offset)

    def gradient(upstream: tf.Tensor) -> tuple[tf.Tensor, ...]:
        after_tanh = tf.raw_ops.TanhGrad(y=outputs, dy=upstream)
        of_normalised = scale * after_tanh
        mean = tf.reduce_mean(of_normalised, axis=-1, keepdims=True)
        slope = tf.reduce_mean(of_normalised * normalised, axis=-1, keepdims=True)
        of_inputs = inverse_stddev * (of_normalised - mean - slope * normalised)
        return of_inputs, tf.reduce_sum(after_tanh * normalised, axis=0), tf.reduce_sum(after_tanh, axis=0)

    return outputs, gradient

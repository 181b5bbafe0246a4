"""Normalisation of observations by their mean and spread."""

import sonnet as snt
import tensorflow as tf

MAX_NORMALIZED = 10.0
"""Bound of a normalised observation, so that an unusual one does not throw the network off."""


class Normalizer(snt.Module):
    """`clip(scale (x - mean), -10, 10)`, with statistics that a learner assigns and no gradient changes."""

    def __init__(self, size: int) -> None:
        """Makes variables for observations `[B, size]`: means of 0 and scales of 1."""
        super().__init__(name="normalizer")
        self.mean = tf.Variable(tf.zeros([size]), trainable=False, name="mean")
        self.scale = tf.Variable(tf.ones([size]), trainable=False, name="scale")

    def __call__(self, observation: tf.Tensor) -> tf.Tensor:
        """Maps `[B, O]` to `[B, O]`."""
        return tf.clip_by_value((observation - self.mean) * self.scale, -MAX_NORMALIZED, MAX_NORMALIZED)

    def named_variables(self) -> dict[str, tf.Variable]:
        """Variables by structural name."""
        return {"normalizer/mean": self.mean, "normalizer/scale": self.scale}

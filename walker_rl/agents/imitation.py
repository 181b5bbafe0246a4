"""Imitation of the prior, added to an agent's own loss (Nair et al. 2018, https://arxiv.org/abs/1709.10089)."""

import tensorflow as tf

from walker_rl.agents.adam import Gradients
from walker_rl.networks.policy import PolicyNetwork


def imitation_gradients(
    policy: PolicyNetwork, variables: dict[str, tf.Variable], observation: tf.Tensor, action: tf.Tensor
) -> Gradients:
    """Gradients of `mean_b ||mu(s_b) - a_b||^2` (equation 5, as a mean), with `mu` the policy's mean action.

    `observation` `[n, O]` and `action` `[n, A]` are the prior's. If `n = 0`, all gradients are zero.
    """
    num_rows = tf.cast(tf.maximum(tf.shape(observation)[0], 1), tf.float32)
    with tf.GradientTape() as tape:
        distance = tf.reduce_sum(tf.square(policy.mean_action(observation) - action)) / num_rows
    return tape.gradient(distance, variables, unconnected_gradients="zero")

"""The deterministic policy gradient on a critic whose gradient is known: Q(a) = -|a - best|^2."""

import numpy as np
import pytest
import tensorflow as tf

from walker_rl.losses.deterministic_policy_gradient import action_gradient, deterministic_policy_gradient_loss

BEST = np.array([[0.5, 0.0], [3.0, -4.0]], np.float32)
ACTION = tf.zeros([2, 2])
DQDA = 2 * BEST  # dQ/da = -2 (a - best) at a = 0: norms 1 and 10


def negative_squared_distance(action: tf.Tensor) -> tf.Tensor:
    return -tf.reduce_sum(tf.square(action - BEST), axis=-1)


def test_action_gradient_gives_values_and_their_slopes():
    value, dqda = action_gradient(negative_squared_distance, ACTION)
    np.testing.assert_allclose(value, [-0.25, -25.0])
    np.testing.assert_allclose(dqda, DQDA)


@pytest.mark.parametrize(
    ("max_dqda_norm", "expected"),
    [(None, [[1.0, 0.0], [6.0, -8.0]]), (5.0, [[1.0, 0.0], [3.0, -4.0]]), (0.5, [[0.5, 0.0], [0.3, -0.4]])],
)
def test_the_loss_descends_along_minus_dqda_clipped_row_by_row(max_dqda_norm, expected):
    with tf.GradientTape() as tape:
        tape.watch(ACTION)
        loss = deterministic_policy_gradient_loss(ACTION, tf.constant(DQDA), max_dqda_norm)
    np.testing.assert_allclose(tape.gradient(loss, ACTION), -np.array(expected), rtol=1e-6)
    np.testing.assert_allclose(loss, 0.5 * np.square(expected).sum(axis=-1), rtol=1e-6)


def test_the_chain_rule_reaches_the_policy_but_not_the_critic():
    weight, sharpness = tf.Variable(0.2), tf.Variable(3.0)
    observation = tf.constant([[1.0], [2.0]])
    with tf.GradientTape() as tape:
        action = weight * observation
        _, dqda = action_gradient(lambda a: -sharpness * tf.reduce_sum(tf.square(a - 1), axis=-1), action)
        loss = tf.reduce_sum(deterministic_policy_gradient_loss(action, dqda))
    policy_gradient, critic_gradient = tape.gradient(loss, [weight, sharpness])
    # d/dw sum Q = sum_i -2 * 3 * (w o_i - 1) o_i = -6 * (-0.8 * 1 - 0.6 * 2) = 12
    np.testing.assert_allclose(policy_gradient, -12.0, rtol=1e-6)
    assert critic_gradient is None


def test_ranks_are_checked():
    with pytest.raises(ValueError):
        deterministic_policy_gradient_loss(tf.zeros([2]), tf.zeros([2]))
    with pytest.raises(ValueError):
        action_gradient(lambda action: action, ACTION)

"""The squared TD error against numbers worked out by hand."""

import numpy as np
import pytest
import tensorflow as tf

from walker_rl.losses.temporal_difference import squared_td_error, twin_squared_td_error


def test_values_by_hand():
    loss = squared_td_error(
        value=tf.constant([1.0, 2.0]),
        reward=tf.constant([0.5, -1.0]),
        discount=tf.constant([0.9, 0.0]),
        next_value=tf.constant([2.0, 100.0]),
    )
    # Row 0: target 0.5 + 0.9 * 2 = 2.3; row 1 terminated: target -1.
    np.testing.assert_allclose(loss, [0.5 * (2.3 - 1.0) ** 2, 0.5 * (-1.0 - 2.0) ** 2], rtol=1e-6)


def test_gradient_is_minus_the_td_error_and_stops_at_the_target():
    value, next_value = tf.constant([1.0]), tf.constant([2.0])
    with tf.GradientTape() as tape:
        tape.watch([value, next_value])
        loss = squared_td_error(value, tf.constant([0.5]), tf.constant([0.9]), next_value)
    gradient, next_gradient = tape.gradient(loss, [value, next_value])
    np.testing.assert_allclose(gradient, [-(2.3 - 1.0)], rtol=1e-6)
    assert next_gradient is None


def test_a_column_of_values_is_refused_instead_of_broadcast():
    row = tf.zeros([3])
    with pytest.raises(ValueError):
        squared_td_error(tf.zeros([3, 1]), row, row, row)


def test_two_critics_have_one_target_and_their_errors_add_up():
    values, target = tf.constant([[1.0, 2.0], [3.0, -1.0]]), np.array([2.3, -1.0])
    loss = twin_squared_td_error(
        values, tf.constant([0.5, -1.0]), tf.constant([0.9, 0.0]), next_value=tf.constant([2.0, 100.0])
    )
    np.testing.assert_allclose(loss, 0.5 * np.square(target - values.numpy()).sum(axis=0), rtol=1e-6)
    with pytest.raises(ValueError):
        twin_squared_td_error(tf.zeros([3]), *[tf.zeros([3])] * 3)

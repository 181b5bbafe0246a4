"""SAC's objectives against numbers worked out by hand."""

import numpy as np
import pytest
import tensorflow as tf

from walker_rl.losses.soft_actor_critic import soft_value, temperature_loss


def test_the_soft_value_is_the_lower_critics_and_what_the_entropy_is_worth():
    values = tf.constant([[1.0, 5.0], [3.0, -2.0]])
    # min(1, 3) - 0.5 * -2 = 2; min(5, -2) - 0.5 * 4 = -4.
    np.testing.assert_allclose(soft_value(values, tf.constant([-2.0, 4.0]), tf.constant(0.5)), [2.0, -4.0])


@pytest.mark.parametrize(("density", "direction"), [(3.0, 1), (-1.0, -1), (1.0, 0)])
def test_the_temperature_grows_while_the_entropy_is_below_its_target(density, direction):
    """Entropy is minus the log-density; the target here is -1."""
    log_temperature, log_density = tf.constant(0.7), tf.constant([density])
    with tf.GradientTape() as tape:
        tape.watch([log_temperature, log_density])
        loss = temperature_loss(log_temperature, log_density, target_entropy=-1.0)
    gradient, of_density = tape.gradient(loss, [log_temperature, log_density])
    np.testing.assert_allclose(loss, [-0.7 * (density - 1.0)], rtol=1e-6)
    assert np.sign(-gradient) == direction  # Descent goes against the gradient.
    assert of_density is None


@pytest.mark.parametrize(
    "call",
    [
        lambda: soft_value(tf.zeros([3]), tf.zeros([3]), tf.constant(1.0)),
        lambda: soft_value(tf.zeros([2, 3]), tf.zeros([3, 1]), tf.constant(1.0)),
        lambda: soft_value(tf.zeros([2, 3]), tf.zeros([3]), tf.constant([1.0])),
        lambda: temperature_loss(tf.constant(1.0), tf.zeros([3, 1]), 0.0),
        lambda: temperature_loss(tf.zeros([1]), tf.zeros([3]), 0.0),
    ],
)
def test_other_ranks_are_refused(call):
    with pytest.raises(ValueError):
        call()

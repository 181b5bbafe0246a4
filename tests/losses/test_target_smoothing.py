"""TD3's smoothed target action, by hand."""

import numpy as np
import pytest
import tensorflow as tf

from walker_rl.losses.target_smoothing import smoothed_action


def test_both_the_noise_and_the_action_are_clipped():
    action = tf.constant([[0.2, 0.9, -0.9, 0.0]])
    noise = tf.constant([[0.1, 0.3, -3.0, -0.7]])
    np.testing.assert_allclose(smoothed_action(action, noise, 0.5), [[0.3, 1.0, -1.0, -0.5]], rtol=1e-6)


def test_a_vector_is_refused():
    with pytest.raises(ValueError):
        smoothed_action(tf.zeros([3]), tf.zeros([3]), 0.5)

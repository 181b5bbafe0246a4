"""PPO's clipped objective, by hand."""

import numpy as np
import pytest
import tensorflow as tf

from walker_rl.losses.clipped_surrogate import approximate_kl, clipped_surrogate_loss

RATIOS = np.array([0.5, 0.9, 1.1, 1.5, 0.5, 0.9, 1.1, 1.5], np.float32)
ADVANTAGES = np.array([2, 2, 2, 2, -2, -2, -2, -2], np.float32)


def test_the_ratio_pays_up_to_the_clip_and_costs_without_limit():
    expected = [-1.0, -1.8, -2.2, -2.4, 1.6, 1.8, 2.2, 3.0]  # min(2 r, 2 clip(r)), min(-2 r, -2 clip(r))
    loss = clipped_surrogate_loss(tf.math.log(RATIOS), tf.constant(ADVANTAGES), tf.constant(0.2))
    np.testing.assert_allclose(loss, expected, rtol=1e-6)


def test_nothing_pulls_where_the_policy_has_gone_far_enough():
    log_ratio, advantage = tf.constant(np.log(RATIOS)), tf.constant(ADVANTAGES)
    with tf.GradientTape() as tape:
        tape.watch(log_ratio)
        loss = clipped_surrogate_loss(log_ratio, advantage, tf.constant(0.2))
    gradient = tape.gradient(loss, log_ratio).numpy()
    clipped = np.array([False, False, False, True, True, False, False, False])
    np.testing.assert_allclose(gradient, np.where(clipped, 0.0, -RATIOS * ADVANTAGES), rtol=1e-6)


def test_the_divergence_is_that_of_two_gaussians():
    """From N(0, 1) to N(0.3, 1.2): log(1.2) + (1 + 0.09) / 2.88 - 1/2."""
    sample = np.random.default_rng(0).standard_normal(1_000_000)
    log_ratio = -0.5 * ((sample - 0.3) / 1.2) ** 2 - np.log(1.2) + 0.5 * sample**2
    values = approximate_kl(tf.constant(log_ratio)).numpy()
    assert (values >= 0).all()
    np.testing.assert_allclose(values.mean(), np.log(1.2) + 1.09 / 2.88 - 0.5, rtol=0.02)


@pytest.mark.parametrize(
    "call",
    [
        lambda: clipped_surrogate_loss(tf.zeros([3, 1]), tf.zeros([3]), tf.constant(0.2)),
        lambda: clipped_surrogate_loss(tf.zeros([3]), tf.zeros([3]), tf.constant([0.2])),
        lambda: approximate_kl(tf.zeros([3, 1])),
    ],
)
def test_other_ranks_are_refused(call):
    with pytest.raises(ValueError):
        call()

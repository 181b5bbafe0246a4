"""The pieces of MPO against NumPy in float64, and the directions in which the duals move."""

import math

import numpy as np
import pytest
import scipy.integrate
import scipy.stats
import tensorflow as tf

from tests.losses.densities import log_density
from walker_rl.losses import mpo
from walker_rl.networks.heads import Gaussian

N, B, A = 6, 4, 3
GENERATOR = np.random.default_rng(0)
VALUES = GENERATOR.normal(0, 5, (N, B))
ACTIONS = GENERATOR.normal(0, 1, (N, B, A))
TARGET_MEAN, ONLINE_MEAN = GENERATOR.normal(0, 0.5, (2, B, A))
TARGET_STDDEV, ONLINE_STDDEV = GENERATOR.uniform(0.2, 1.0, (2, B, A))
ALPHA = np.array([0.5, 2.0, 10.0])
BOUNDS = mpo.Bounds(epsilon=0.1, epsilon_penalty=0.01, epsilon_mean=0.02, epsilon_stddev=0.003)


def float32(value) -> tf.Tensor:
    return tf.constant(value, tf.float32)


def gaussian(mean: np.ndarray, stddev: np.ndarray) -> Gaussian:
    return Gaussian(float32(mean), float32(stddev))


TARGET, ONLINE = gaussian(TARGET_MEAN, TARGET_STDDEV), gaussian(ONLINE_MEAN, ONLINE_STDDEV)


def softmax_weights(values: np.ndarray, temperature: float) -> np.ndarray:
    exponentials = np.exp(values / temperature)
    return exponentials / exponentials.sum(axis=0)


def numpy_temperature_loss(values: np.ndarray, temperature: float, epsilon: float) -> float:
    return temperature * (epsilon + np.log(np.exp(values / temperature).mean(axis=0)).mean())


def kl_from_uniform(weights: np.ndarray) -> np.ndarray:
    return (weights * np.log(len(weights) * weights)).sum(axis=0)


def numpy_mpo_loss(
    online: Gaussian, target: Gaussian, actions: np.ndarray, values: np.ndarray, duals: mpo.Duals, bounds: mpo.Bounds
) -> tuple[float, dict[str, float]]:
    """The part of the loss that the policy descends, and the metrics, the part of the duals among them."""
    penalties = -np.linalg.norm(actions - np.clip(actions, -1, 1), axis=-1)
    weights = softmax_weights(values, duals.temperature)
    penalty_weights = softmax_weights(penalties, duals.penalty_temperature)
    kl_mean = (0.5 * ((target.mean - online.mean) / target.stddev) ** 2).mean(axis=0)
    ratio = target.stddev / online.stddev
    kl_stddev = (0.5 * (ratio**2 - 1) - np.log(ratio)).mean(axis=0)

    log_likelihood = log_density(actions, online.mean, target.stddev) + log_density(actions, target.mean, online.stddev)
    policy_loss = (duals.alpha_mean * kl_mean).sum() + (duals.alpha_stddev * kl_stddev).sum()
    policy_loss -= ((weights + penalty_weights) * log_likelihood).sum(axis=0).mean()
    dual_loss = (
        numpy_temperature_loss(values, duals.temperature, bounds.epsilon)
        + numpy_temperature_loss(penalties, duals.penalty_temperature, bounds.epsilon_penalty)
        + (duals.alpha_mean * (bounds.epsilon_mean - kl_mean)).sum()
        + (duals.alpha_stddev * (bounds.epsilon_stddev - kl_stddev)).sum()
    )
    return policy_loss, {
        "dual_loss": dual_loss,
        **{name: np.mean(dual) for name, dual in duals._asdict().items()},
        "kl_q_relative": kl_from_uniform(weights).mean() / bounds.epsilon,
        "kl_penalty_relative": kl_from_uniform(penalty_weights).mean() / bounds.epsilon_penalty,
        "kl_mean_relative": kl_mean.mean() / bounds.epsilon_mean,
        "kl_mean_relative_max": kl_mean.max() / bounds.epsilon_mean,
        "kl_stddev_relative": kl_stddev.mean() / bounds.epsilon_stddev,
        "kl_stddev_relative_max": kl_stddev.max() / bounds.epsilon_stddev,
    }


def quadrature_kl(mean_p: float, stddev_p: float, mean_q: float, stddev_q: float) -> float:
    """KL(p, q) by its definition, the integral of p log(p / q)."""
    x = np.linspace(mean_p - 12 * stddev_p, mean_p + 12 * stddev_p, 20_001)
    p, q = scipy.stats.norm(mean_p, stddev_p), scipy.stats.norm(mean_q, stddev_q)
    return scipy.integrate.trapezoid(p.pdf(x) * (p.logpdf(x) - q.logpdf(x)), x)


def test_importance_weights_are_a_tempered_softmax():
    weights = mpo.importance_weights(float32(VALUES), float32(2.0))
    np.testing.assert_allclose(weights, softmax_weights(VALUES, 2.0), rtol=1e-5)


def test_temperature_loss_and_where_it_is_smallest():
    np.testing.assert_allclose(
        mpo.temperature_loss(float32(VALUES), float32(2.0), 0.1), numpy_temperature_loss(VALUES, 2.0, 0.1), rtol=1e-5
    )
    # At the minimum over temperatures the weights' KL equals epsilon: that is what makes it the dual.
    temperatures = np.linspace(5, 60, 5_001)
    best = min(temperatures, key=lambda temperature: numpy_temperature_loss(VALUES, temperature, 0.1))
    kl = mpo.nonparametric_kl(mpo.importance_weights(float32(VALUES), float32(best)))
    np.testing.assert_allclose(tf.reduce_mean(kl), 0.1, rtol=0.01)


def test_nonparametric_kl_of_uniform_and_of_one_hot_weights():
    weights = np.full((N, 2), 1 / N)
    weights[:, 1] = np.eye(N)[2]
    np.testing.assert_allclose(mpo.nonparametric_kl(float32(weights)), [0.0, math.log(N)], atol=1e-6)


def test_out_of_bounds_value_is_minus_the_distance_from_the_box():
    actions = float32([[[0.5, -1.0]], [[1.0 + 3.0, -1.0 - 4.0]], [[2.0, 0.0]]])
    np.testing.assert_allclose(mpo.out_of_bounds_value(actions), [[0.0], [-5.0], [-1.0]])


def test_weighted_negative_log_likelihood_against_scipy():
    weights = softmax_weights(VALUES, 3.0)
    log_likelihood = scipy.stats.norm(ONLINE_MEAN, ONLINE_STDDEV).logpdf(ACTIONS).sum(axis=-1)
    expected = -(weights * log_likelihood).sum(axis=0).mean()
    loss = mpo.weighted_negative_log_likelihood(float32(ACTIONS), float32(weights), ONLINE)
    np.testing.assert_allclose(loss, expected, rtol=1e-5)


def test_kls_against_their_integral():
    of_mean, of_stddev = mpo.mean_kl(TARGET, ONLINE).numpy(), mpo.stddev_kl(TARGET, ONLINE).numpy()
    for index in np.ndindex(B, A):
        mean, stddev = TARGET_MEAN[index], TARGET_STDDEV[index]
        expected = quadrature_kl(mean, stddev, ONLINE_MEAN[index], stddev)
        np.testing.assert_allclose(of_mean[index], expected, rtol=1e-4, atol=1e-7)
        expected = quadrature_kl(mean, stddev, mean, ONLINE_STDDEV[index])
        np.testing.assert_allclose(of_stddev[index], expected, rtol=1e-4, atol=1e-7)


def test_kl_penalty_and_alpha_loss():
    kl = GENERATOR.uniform(0, 0.1, (B, A))
    np.testing.assert_allclose(mpo.kl_penalty(float32(kl), float32(ALPHA)), (ALPHA * kl.mean(axis=0)).sum(), rtol=1e-5)
    expected = (ALPHA * (0.02 - kl.mean(axis=0))).sum()
    np.testing.assert_allclose(mpo.alpha_loss(float32(kl), float32(ALPHA), 0.02), expected, rtol=1e-4)


def test_a_dual_rises_where_its_bound_is_broken_and_falls_where_it_is_not():
    alpha, kl = tf.Variable([1.0, 1.0]), float32([[0.5, 0.01], [0.5, 0.01]])
    with tf.GradientTape() as tape:
        loss = mpo.alpha_loss(kl, alpha, 0.1)
    np.testing.assert_allclose(tape.gradient(loss, alpha), [0.1 - 0.5, 0.1 - 0.01], rtol=1e-5)


@pytest.mark.parametrize("log_dual", [-18.0, 0.0, 1_000.0])
def test_duals_are_positive_and_finite(log_dual):
    dual = float(mpo.positive_dual(tf.constant(log_dual)))
    np.testing.assert_allclose(dual, np.logaddexp(0, log_dual) + 1e-8, rtol=1e-5)


def test_the_whole_loss_is_the_sum_of_its_parts():
    duals = mpo.Duals(3.0, 0.7, ALPHA, 2 * ALPHA)
    loss, metrics = mpo.mpo_loss(
        ONLINE, TARGET, float32(ACTIONS), float32(VALUES), mpo.Duals(*map(float32, duals)), BOUNDS
    )
    online, target = Gaussian(ONLINE_MEAN, ONLINE_STDDEV), Gaussian(TARGET_MEAN, TARGET_STDDEV)
    policy_loss, expected = numpy_mpo_loss(online, target, ACTIONS, VALUES, duals, BOUNDS)
    np.testing.assert_allclose(loss, policy_loss + expected["dual_loss"], rtol=1e-4)
    assert metrics.keys() == expected.keys()
    for name, value in expected.items():
        np.testing.assert_allclose(metrics[name], value, rtol=1e-4, err_msg=name)


def test_each_gradient_reaches_only_its_own_variables():
    online = [tf.Variable(ONLINE_MEAN, dtype=tf.float32), tf.Variable(ONLINE_STDDEV, dtype=tf.float32)]
    values = float32(VALUES)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(values)
        duals = mpo.Duals(*(tf.Variable(2.0) for _ in range(2)), *(tf.Variable(ALPHA, dtype=tf.float32),) * 2)
        loss, metrics = mpo.mpo_loss(Gaussian(*online), TARGET, float32(ACTIONS), values, duals, BOUNDS)
    assert tape.gradient(loss, values) is None
    assert tape.gradient(metrics["dual_loss"], online) == [None, None]
    for whole, of_duals in zip(
        tape.gradient(loss, list(duals)), tape.gradient(metrics["dual_loss"], list(duals)), strict=True
    ):
        np.testing.assert_allclose(whole, of_duals, rtol=1e-6)


@pytest.mark.parametrize(
    "call",
    [
        lambda: mpo.importance_weights(float32(VALUES), float32([2.0])),
        lambda: mpo.temperature_loss(float32(VALUES), float32([2.0]), 0.1),
        lambda: mpo.mean_kl(TARGET, gaussian(ONLINE_MEAN[0], ONLINE_STDDEV[0])),
        lambda: mpo.stddev_kl(TARGET, gaussian(ONLINE_MEAN[0], ONLINE_STDDEV[0])),
        lambda: mpo.kl_penalty(tf.zeros([B, A]), float32(1.0)),
        lambda: mpo.alpha_loss(tf.zeros([B, A]), float32(1.0), 0.1),
    ],
)
def test_other_ranks_are_refused(call):
    with pytest.raises(ValueError):
        call()

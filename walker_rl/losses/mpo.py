"""Maximum a posteriori policy optimisation with decoupled, per-dimension KL bounds.

Papers: MPO, Abdolmaleki et al. 2018a (arXiv:1806.06920); the decoupled Gaussian update, Abdolmaleki et al. 2018b
(arXiv:1812.02256); the penalty on actions outside [-1, 1] as a second objective, MO-MPO, Abdolmaleki et al. 2020
(arXiv:2005.07513). Shapes: `N` actions sampled per state, `B` states, `A` action dimensions.

The loss is the sum of small functions: the E-step turns values of sampled actions into weights, the M-step fits the
policy to the weighted actions, and each bound has a dual variable with its own loss.
"""

import math
from typing import NamedTuple

import tensorflow as tf

from walker_rl.losses.gaussian import log_density
from walker_rl.networks.heads import Gaussian

MIN_LOG_DUAL = -18.0
_DUAL_OFFSET = 1e-8


class Bounds(NamedTuple):
    """KL bounds in nats: the E-step's for values and for the action penalty, and the M-step's per dimension."""

    epsilon: float
    epsilon_penalty: float
    epsilon_mean: float
    epsilon_stddev: float


class Duals(NamedTuple):
    """The multipliers of the bounds, all positive.

    Attributes:
        temperature: multiplier of `epsilon`, in units of the value, `[]`.
        penalty_temperature: multiplier of `epsilon_penalty`, in action units, `[]`.
        alpha_mean: multipliers of `epsilon_mean`, `[A]`.
        alpha_stddev: multipliers of `epsilon_stddev`, `[A]`.
    """

    temperature: tf.Tensor
    penalty_temperature: tf.Tensor
    alpha_mean: tf.Tensor
    alpha_stddev: tf.Tensor


def positive_dual(log_dual: tf.Tensor) -> tf.Tensor:
    """A multiplier from its unconstrained variable; a softplus in place of `exp`, which would overflow."""
    return tf.math.softplus(log_dual) + _DUAL_OFFSET


def importance_weights(values: tf.Tensor, temperature: tf.Tensor) -> tf.Tensor:
    """Weights of the non-parametric policy, `softmax(values / temperature)` over `N`, constants (2018a, E-step).

    Values `[N, B]` and temperature `[]` to `[N, B]`, summing to 1 over `N`.
    """
    tf.debugging.assert_rank(values, 2)
    tf.debugging.assert_rank(temperature, 0)
    return tf.stop_gradient(tf.nn.softmax(values / temperature, axis=0))


def temperature_loss(values: tf.Tensor, temperature: tf.Tensor, epsilon: float) -> tf.Tensor:
    """The E-step's dual, convex in the temperature: `eta (epsilon + mean_B log mean_N exp(values / eta))`.

    2018a, E-step. Returns `[]`; no gradient flows into `values` `[N, B]`.
    """
    tf.debugging.assert_rank(values, 2)
    tf.debugging.assert_rank(temperature, 0)
    log_sum = tf.reduce_logsumexp(tf.stop_gradient(values) / temperature, axis=0)
    return temperature * (epsilon + tf.reduce_mean(log_sum) - math.log(values.shape[0]))


def nonparametric_kl(weights: tf.Tensor) -> tf.Tensor:
    """KL in nats of the weighted samples from the uniformly weighted ones, `[N, B]` to `[B]`."""
    tf.debugging.assert_rank(weights, 2)
    return tf.reduce_sum(weights * tf.math.log(weights.shape[0] * weights + 1e-8), axis=0)


def out_of_bounds_value(actions: tf.Tensor) -> tf.Tensor:
    """Minus the Euclidean distance of each action from the box [-1, 1]^A, `[N, B, A]` to `[N, B]`."""
    tf.debugging.assert_rank(actions, 3)
    return -tf.norm(actions - tf.clip_by_value(actions, -1.0, 1.0), axis=-1)


def weighted_negative_log_likelihood(actions: tf.Tensor, weights: tf.Tensor, policy: Gaussian) -> tf.Tensor:
    """The M-step's objective, `-mean_B sum_N weights log policy(actions)` (2018a, M-step).

    Actions `[N, B, A]`, weights `[N, B]` and a policy of `[B, A]` to `[]`.
    """
    tf.debugging.assert_rank(actions, 3)
    tf.debugging.assert_rank(weights, 2)
    return -tf.reduce_mean(tf.reduce_sum(weights * log_density(policy, actions), axis=0))


def mean_kl(target: Gaussian, online: Gaussian) -> tf.Tensor:
    """KL(target, online with the target's stddev) of each dimension, `[B, A]` (2018b, section 4.2.1)."""
    for tensor in (target.mean, target.stddev, online.mean):
        tf.debugging.assert_rank(tensor, 2)
    return 0.5 * tf.square((target.mean - online.mean) / target.stddev)


def stddev_kl(target: Gaussian, online: Gaussian) -> tf.Tensor:
    """KL(target, online with the target's mean) of each dimension, `[B, A]` (2018b, section 4.2.1)."""
    for tensor in (target.stddev, online.stddev):
        tf.debugging.assert_rank(tensor, 2)
    log_ratio = tf.math.log(target.stddev) - tf.math.log(online.stddev)
    return 0.5 * tf.math.expm1(2 * log_ratio) - log_ratio


def kl_penalty(kl: tf.Tensor, alpha: tf.Tensor) -> tf.Tensor:
    """The policy's price of moving, `sum_A alpha mean_B kl`: `[B, A]`, `[A]` to `[]`; `alpha` is a constant."""
    tf.debugging.assert_rank(kl, 2)
    tf.debugging.assert_rank(alpha, 1)
    return tf.reduce_sum(tf.stop_gradient(alpha) * tf.reduce_mean(kl, axis=0))


def alpha_loss(kl: tf.Tensor, alpha: tf.Tensor, epsilon: float) -> tf.Tensor:
    """`sum_A alpha (epsilon - mean_B kl)`, `[]`: raises a dimension's price while it exceeds its bound."""
    tf.debugging.assert_rank(kl, 2)
    tf.debugging.assert_rank(alpha, 1)
    return tf.reduce_sum(alpha * (epsilon - tf.stop_gradient(tf.reduce_mean(kl, axis=0))))


def mpo_loss(
    online: Gaussian, target: Gaussian, actions: tf.Tensor, values: tf.Tensor, duals: Duals, bounds: Bounds
) -> tuple[tf.Tensor, dict[str, tf.Tensor]]:
    """The whole loss of MPO's policy update, to be minimised in the online policy and the duals at once.

    Args:
        online: policy to improve, of `[B, A]`.
        target: policy that the actions were sampled from, of `[B, A]`, constant.
        actions: unclipped actions, `[N, B, A]`.
        values: the target critic's values of the actions, `[N, B]`.
        duals: multipliers of the bounds.
        bounds: KL bounds.

    Returns:
        The loss, `[]`, and metrics: the duals' share of the loss, the multipliers (alphas averaged over
        dimensions) and the KLs relative to their bounds, so that 1 is a bound met exactly.
    """
    weights = importance_weights(values, duals.temperature)
    penalty_values = out_of_bounds_value(actions)
    penalty_weights = importance_weights(penalty_values, duals.penalty_temperature)
    kl_of_mean, kl_of_stddev = mean_kl(target, online), stddev_kl(target, online)

    total_weights = weights + penalty_weights
    policy_loss = (
        weighted_negative_log_likelihood(actions, total_weights, Gaussian(online.mean, target.stddev))
        + weighted_negative_log_likelihood(actions, total_weights, Gaussian(target.mean, online.stddev))
        + kl_penalty(kl_of_mean, duals.alpha_mean)
        + kl_penalty(kl_of_stddev, duals.alpha_stddev)
    )
    dual_loss = (
        temperature_loss(values, duals.temperature, bounds.epsilon)
        + temperature_loss(penalty_values, duals.penalty_temperature, bounds.epsilon_penalty)
        + alpha_loss(kl_of_mean, duals.alpha_mean, bounds.epsilon_mean)
        + alpha_loss(kl_of_stddev, duals.alpha_stddev, bounds.epsilon_stddev)
    )
    metrics = {
        "dual_loss": dual_loss,
        **_multipliers(duals),
        "kl_q_relative": tf.reduce_mean(nonparametric_kl(weights)) / bounds.epsilon,
        "kl_penalty_relative": tf.reduce_mean(nonparametric_kl(penalty_weights)) / bounds.epsilon_penalty,
        **_relative_kl("kl_mean_relative", kl_of_mean, bounds.epsilon_mean),
        **_relative_kl("kl_stddev_relative", kl_of_stddev, bounds.epsilon_stddev),
    }
    return policy_loss + dual_loss, metrics


def _multipliers(duals: Duals) -> dict[str, tf.Tensor]:
    return {
        "temperature": duals.temperature,
        "penalty_temperature": duals.penalty_temperature,
        "alpha_mean": tf.reduce_mean(duals.alpha_mean),
        "alpha_stddev": tf.reduce_mean(duals.alpha_stddev),
    }


def _relative_kl(name: str, kl: tf.Tensor, epsilon: float) -> dict[str, tf.Tensor]:
    of_dimension = tf.reduce_mean(kl, axis=0) / epsilon
    return {name: tf.reduce_mean(of_dimension), f"{name}_max": tf.reduce_max(of_dimension)}

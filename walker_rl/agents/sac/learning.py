"""SAC's update (Haarnoja et al. 2018, Algorithm 1)."""

import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import tensorflow as tf

from walker_rl.agents.adam import Adam, Gradients
from walker_rl.agents.network_learner import TensorMetrics
from walker_rl.agents.networks import Networks
from walker_rl.agents.off_policy_learner import OffPolicyLearner
from walker_rl.agents.sac.config import Config
from walker_rl.losses.soft_actor_critic import soft_value, temperature_loss
from walker_rl.losses.squashed_gaussian import log_density
from walker_rl.losses.temporal_difference import twin_squared_td_error
from walker_rl.types import Transition


class Sample(NamedTuple):
    """Actions drawn from the policy.

    Attributes:
        action: actions in [-1, 1], `[B, A]`.
        log_density: log-densities of the actions, `[B]`.
    """

    action: tf.Tensor
    log_density: tf.Tensor


class SACLearner(OffPolicyLearner[Config]):
    """Samples one action per state, for the critics' bootstrap and the policy's improvement."""

    def __init__(self, config: Config, networks: Networks, dataset: Iterator[np.ndarray], seed: int) -> None:
        """Extends the base class with an optimiser of the temperature, whose gradient is not clipped."""
        super().__init__(config, networks, dataset, seed)
        target_entropy = config.target_entropy
        self._target_entropy = -float(networks.architecture.action_size) if target_entropy is None else target_entropy
        self._log_temperature = tf.Variable(math.log(config.init_temperature))
        self._optimizers["temperature"] = Adam({"log_temperature": self._log_temperature})
        self._learning_rates["temperature"] = config.temperature_learning_rate

    def _update(self, transition: Transition) -> TensorMetrics:
        # All gradients are taken before any network changes.
        temperature = tf.exp(self._log_temperature)
        policy_gradients, sample, policy_metrics = self._policy_gradients(transition.next_observation, temperature)
        critic_gradients, critic_metrics = self._critic_gradients(transition, sample, temperature)
        temperature_gradients = self._temperature_gradients(sample)
        norms = self._descend(
            transition,
            {"critic": critic_gradients, "policy": policy_gradients, "temperature": temperature_gradients},
        )
        self._move_targets(self._config.tau)
        return {**critic_metrics, **policy_metrics, **norms, "temperature": temperature}

    def _policy_gradients(
        self, observation: tf.Tensor, temperature: tf.Tensor
    ) -> tuple[Gradients, Sample, TensorMetrics]:
        """Gradients of `mean (temperature log pi(a'|s') - min_i Q_i(s', a'))` (equation 9), and its sampled actions."""
        networks = self._networks
        with tf.GradientTape() as tape:
            gaussian = networks.policy(observation)
            unsquashed = gaussian.mean + gaussian.stddev * self._noise(gaussian.mean.shape)
            sample = Sample(tf.tanh(unsquashed), log_density(gaussian, unsquashed))
            values = networks.critic(observation, sample.action)
            loss = -tf.reduce_mean(soft_value(values, sample.log_density, temperature))
        metrics = {
            "policy_loss": loss,
            "q_mean": tf.reduce_mean(values),
            "entropy": -tf.reduce_mean(sample.log_density),
            "policy_stddev_mean": tf.reduce_mean(gaussian.stddev),
        }
        return tape.gradient(loss, self._optimizers["policy"].variables), sample, metrics

    def _critic_gradients(
        self, transition: Transition, next_sample: Sample, temperature: tf.Tensor
    ) -> tuple[Gradients, TensorMetrics]:
        """Gradients of `sum_i mean (y - Q_i(s, a))^2 / 2`, `y` with the soft value of `s'` (equations 2, 3 and 5)."""
        networks = self._networks
        next_values = networks.target_critic(transition.next_observation, next_sample.action)
        next_value = soft_value(next_values, next_sample.log_density, temperature)
        return self._regress(twin_squared_td_error, transition, next_value)

    def _temperature_gradients(self, sample: Sample) -> Gradients:
        """Gradient of `-log temperature mean (log pi(a'|s') + target entropy)` (equation 18)."""
        variables = self._optimizers["temperature"].variables
        target_entropy = self._at_present(self._target_entropy)
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(temperature_loss(self._log_temperature, sample.log_density, target_entropy))
        return tape.gradient(loss, variables)

"""The deterministic policy gradient, and the learner that follows it at every update."""

import abc
from collections.abc import Callable
from typing import TypeVar

import tensorflow as tf

from walker_rl.agents.adam import Gradients
from walker_rl.agents.config import DeterministicConfig
from walker_rl.agents.network_learner import TensorMetrics
from walker_rl.agents.off_policy_learner import OffPolicyLearner
from walker_rl.losses.deterministic_policy_gradient import action_gradient, deterministic_policy_gradient_loss
from walker_rl.networks.policy import PolicyNetwork
from walker_rl.types import Transition

ConfigT = TypeVar("ConfigT", bound=DeterministicConfig)


def policy_gradients(
    policy: PolicyNetwork,
    variables: dict[str, tf.Variable],
    value_fn: Callable[[tf.Tensor, tf.Tensor], tf.Tensor],
    observation: tf.Tensor,
    max_dqda_norm: float | None = None,
) -> tuple[Gradients, TensorMetrics]:
    """Gradients `-mean dQ/da(s, mu(s)) dmu/dw(s)`, whose descent climbs `Q` (Lillicrap et al. 2016, equation 6).

    Args:
        policy: the policy `mu`.
        variables: the policy's weights `w` by name.
        value_fn: `Q`, from observations `[B, O]` and actions `[B, A]` to values `[B]`.
        observation: states `s`, `[B, O]`.
        max_dqda_norm: norm at which each row of `dQ/da` is clipped; None: not clipped.

    Returns:
        The gradients by name, and `policy_loss` and `q_mean`.
    """
    with tf.GradientTape() as tape:
        action = policy(observation)
        value, dqda = action_gradient(lambda action: value_fn(observation, action), action)
        loss = tf.reduce_mean(deterministic_policy_gradient_loss(action, dqda, max_dqda_norm))
    return tape.gradient(loss, variables), {"policy_loss": loss, "q_mean": tf.reduce_mean(value)}


class DeterministicLearner(OffPolicyLearner[ConfigT]):
    """Updates critic and policy on each batch; a subclass defines how the critic learns and what the policy climbs."""

    @abc.abstractmethod
    def _critic_gradients(self, transition: Transition) -> tuple[Gradients, TensorMetrics]:
        """Gradients of the critic's loss by name, and `critic_loss` and further metrics."""

    @abc.abstractmethod
    def _value(self, observation: tf.Tensor, action: tf.Tensor) -> tf.Tensor:
        """The value `[B]` of observations `[B, O]` and actions `[B, A]` that the policy climbs."""

    def _update(self, transition: Transition) -> TensorMetrics:
        # Both gradients are taken before either network changes.
        critic_gradients, critic_metrics = self._critic_gradients(transition)
        policy_gradients, policy_metrics = self._policy_gradients(transition.next_observation)
        norms = self._descend(transition, {"critic": critic_gradients, "policy": policy_gradients})
        self._move_targets(self._config.tau)
        return {**critic_metrics, **policy_metrics, **norms}

    def _policy_gradients(self, observation: tf.Tensor) -> tuple[Gradients, TensorMetrics]:
        variables, max_dqda_norm = self._optimizers["policy"].variables, self._config.max_dqda_norm
        return policy_gradients(self._networks.policy, variables, self._value, observation, max_dqda_norm)

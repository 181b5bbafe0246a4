"""DDPG's update (Lillicrap et al. 2016, Algorithm 1)."""

import tensorflow as tf

from walker_rl.agents.adam import Gradients
from walker_rl.agents.ddpg.config import Config
from walker_rl.agents.network_learner import TensorMetrics
from walker_rl.agents.off_policy_learner import OffPolicyLearner
from walker_rl.losses.deterministic_policy_gradient import action_gradient, deterministic_policy_gradient_loss
from walker_rl.losses.temporal_difference import squared_td_error
from walker_rl.types import Transition


class DDPGLearner(OffPolicyLearner[Config]):
    """Regresses a scalar critic on the target networks' bootstrap; the policy climbs the critic."""

    def _update(self, transition: Transition) -> TensorMetrics:
        # Both gradients are taken before either network changes.
        critic_gradients, critic_metrics = self._critic_gradients(transition)
        policy_gradients, policy_metrics = self._policy_gradients(transition.next_observation)
        norms = self._descend(transition, {"critic": critic_gradients, "policy": policy_gradients})
        self._move_targets(self._config.tau)
        return {**critic_metrics, **policy_metrics, **norms}

    def _critic_gradients(self, transition: Transition) -> tuple[Gradients, TensorMetrics]:
        """Gradients of `mean (y - Q(s, a))^2 / 2` with `y = R + gamma Q'(s', mu'(s'))` (equation 4)."""
        networks = self._networks
        next_action = networks.target_policy(transition.next_observation)
        next_value = networks.target_critic(transition.next_observation, next_action)
        with tf.GradientTape() as tape:
            value = networks.critic(transition.observation, transition.action)
            td_errors = squared_td_error(value, transition.reward, transition.discount, next_value)
            loss = tf.reduce_mean(td_errors)
        return tape.gradient(loss, self._optimizers["critic"].variables), {"critic_loss": loss}

    def _policy_gradients(self, observation: tf.Tensor) -> tuple[Gradients, TensorMetrics]:
        """Gradients `-mean dQ/da(s', mu(s')) dmu/dw(s')`, whose descent ascends the critic (equation 6)."""
        networks = self._networks
        with tf.GradientTape() as tape:
            action = networks.policy(observation)
            value, dqda = action_gradient(lambda action: networks.critic(observation, action), action)
            loss = tf.reduce_mean(deterministic_policy_gradient_loss(action, dqda, self._config.max_dqda_norm))
        gradients = tape.gradient(loss, self._optimizers["policy"].variables)
        return gradients, {"policy_loss": loss, "q_mean": tf.reduce_mean(value)}

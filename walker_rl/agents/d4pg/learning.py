"""D4PG's update (Barth-Maron et al. 2018, Algorithm 1, the learner)."""

import tensorflow as tf

from walker_rl.agents.adam import Gradients
from walker_rl.agents.d4pg.config import Config
from walker_rl.agents.distributional_learner import DistributionalLearner
from walker_rl.agents.network_learner import TensorMetrics
from walker_rl.losses import categorical
from walker_rl.losses.deterministic_policy_gradient import action_gradient, deterministic_policy_gradient_loss
from walker_rl.types import Transition


class D4PGLearner(DistributionalLearner[Config]):
    """Fits the critic's distribution to the projected Bellman target; the policy climbs its mean or lower tail."""

    def _update(self, transition: Transition) -> TensorMetrics:
        # Both gradients are taken before either network changes.
        critic_gradients, critic_metrics = self._critic_gradients(transition)
        policy_gradients, policy_metrics = self._policy_gradients(transition.next_observation)
        norms = self._descend(transition, {"critic": critic_gradients, "policy": policy_gradients})
        self._move_targets(self._config.tau)
        return {**critic_metrics, **policy_metrics, **norms}

    def _critic_gradients(self, transition: Transition) -> tuple[Gradients, TensorMetrics]:
        """Gradients of `-mean sum_i Y_i log Z_i(s, a)` with `Y = project(R + gamma Z'(s', mu'(s')))` (section 3)."""
        networks = self._networks
        next_action = networks.target_policy(transition.next_observation)
        next_probabilities = tf.nn.softmax(networks.target_critic(transition.next_observation, next_action))
        return self._fit(transition, next_probabilities)

    def _policy_gradients(self, observation: tf.Tensor) -> tuple[Gradients, TensorMetrics]:
        """Gradients `-mean dQ/da(s', mu(s')) dmu/dw(s')` with `Q = sum_i z_i Z_i` (section 3)."""
        with tf.GradientTape() as tape:
            action = self._networks.policy(observation)
            value, dqda = action_gradient(lambda action: self._value(observation, action), action)
            loss = tf.reduce_mean(deterministic_policy_gradient_loss(action, dqda, self._config.max_dqda_norm))
        gradients = tape.gradient(loss, self._optimizers["policy"].variables)
        return gradients, {"policy_loss": loss, "q_mean": tf.reduce_mean(value)}

    def _value(self, observation: tf.Tensor, action: tf.Tensor) -> tf.Tensor:
        atoms, level = self._atoms, self._config.cvar_level
        probabilities = tf.nn.softmax(self._networks.critic(observation, action))
        if level == 1.0:
            return categorical.expected_value(probabilities, atoms)
        return categorical.lower_tail_mean(probabilities, atoms, level)

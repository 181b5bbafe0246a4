"""TD3's update (Fujimoto et al. 2018, Algorithm 1)."""

from collections.abc import Iterator

import numpy as np
import tensorflow as tf

from walker_rl.agents.adam import Gradients
from walker_rl.agents.deterministic_learner import policy_gradients
from walker_rl.agents.network_learner import TensorMetrics
from walker_rl.agents.networks import Networks
from walker_rl.agents.off_policy_learner import OffPolicyLearner
from walker_rl.agents.td3.config import Config
from walker_rl.losses.target_smoothing import smoothed_action
from walker_rl.losses.temporal_difference import twin_squared_td_error
from walker_rl.types import Transition


class TD3Learner(OffPolicyLearner[Config]):
    """Updates the critics at every step, the policy and all targets at every `policy_period`-th."""

    def __init__(self, config: Config, networks: Networks, dataset: Iterator[np.ndarray], seed: int) -> None:
        """Makes the policy's metrics, which keep their values between its updates."""
        super().__init__(config, networks, dataset, seed)
        self._policy_metrics = {
            name: tf.Variable(0.0, trainable=False) for name in ("policy_loss", "q_mean", "policy_gradient_norm")
        }

    def _update(self, transition: Transition) -> TensorMetrics:
        critic_gradients, critic_metrics = self._critic_gradients(transition)
        norms = self._descend(transition, {"critic": critic_gradients})
        is_due = tf.equal((self._num_steps + 1) % self._config.policy_period, 0)
        tf.cond(is_due, lambda: self._improve_policy(transition), tf.no_op)
        return {**critic_metrics, **norms, **self._policy_metrics}

    def _critic_gradients(self, transition: Transition) -> tuple[Gradients, TensorMetrics]:
        """Gradients of `sum_i mean (y - Q_i(s, a))^2 / 2` with `y = R + gamma min_i Q'_i(s', a')` (equation 10)."""
        networks, config = self._networks, self._config
        action = networks.target_policy(transition.next_observation)
        noise = config.target_sigma * self._noise(action.shape)
        next_action = smoothed_action(action, noise, config.max_target_noise)
        next_value = tf.reduce_min(networks.target_critic(transition.next_observation, next_action), axis=0)
        return self._regress(twin_squared_td_error, transition, next_value)

    def _improve_policy(self, transition: Transition) -> tf.Operation:
        """Ascends `mean dQ_1/da(s', mu(s')) dmu/dw(s')`, moves all targets, and stores the metrics."""
        networks, variables = self._networks, self._optimizers["policy"].variables
        first_critic = networks.critic.critics[0]
        gradients, metrics = policy_gradients(networks.policy, variables, first_critic, transition.next_observation)
        metrics |= self._descend(transition, {"policy": gradients})
        self._move_targets(self._config.tau)
        return tf.group(*(self._policy_metrics[name].assign(metric) for name, metric in metrics.items()))

    def _state(self) -> dict[str, tf.Variable]:
        return {**super()._state(), **self._policy_metrics}

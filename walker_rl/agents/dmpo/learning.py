"""DMPO's update: MPO's policy improvement (Abdolmaleki et al. 2018) with a distributional critic."""

from collections.abc import Iterator

import numpy as np
import tensorflow as tf

from walker_rl.agents.adam import Adam, Gradients
from walker_rl.agents.distributional_learner import DistributionalLearner
from walker_rl.agents.dmpo.config import Config
from walker_rl.agents.network_learner import TensorMetrics
from walker_rl.agents.networks import Networks
from walker_rl.losses import categorical
from walker_rl.losses.mpo import MIN_LOG_DUAL, Bounds, Duals, mpo_loss, positive_dual
from walker_rl.networks.heads import Gaussian
from walker_rl.types import Transition


class DMPOLearner(DistributionalLearner[Config]):
    """Evaluates actions sampled from the target policy once, for the critic's bootstrap and the policy's E-step."""

    def __init__(self, config: Config, networks: Networks, dataset: Iterator[np.ndarray], seed: int) -> None:
        """Extends the base class with an optimiser of the dual variables, whose gradients are not clipped."""
        super().__init__(config, networks, dataset, seed)
        self._bounds = Bounds(config.epsilon, config.epsilon_penalty, config.epsilon_mean, config.epsilon_stddev)
        action_size = networks.architecture.action_size
        log_duals = {  # Unconstrained variables of `Duals`; `positive_dual` of one is the multiplier.
            "temperature": tf.Variable(config.init_log_temperature),
            "penalty_temperature": tf.Variable(config.init_log_temperature),
            "alpha_mean": tf.Variable(tf.fill([action_size], config.init_log_alpha_mean)),
            "alpha_stddev": tf.Variable(tf.fill([action_size], config.init_log_alpha_stddev)),
        }
        self._optimizers["dual"] = Adam(log_duals)
        self._learning_rates["dual"] = config.dual_learning_rate

    def _update(self, transition: Transition) -> TensorMetrics:
        self._copy_to_targets_every(self._config.target_update_period)
        target_policy = self._networks.target_policy(transition.next_observation)
        actions = self._sample(target_policy)
        probabilities = self._target_probabilities(transition.next_observation, actions)

        critic_gradients, critic_metrics = self._fit(transition, tf.reduce_mean(probabilities, axis=0))
        values = categorical.expected_value(probabilities, self._atoms)
        improvement_gradients, policy_metrics = self._improvement_gradients(
            transition.next_observation, target_policy, actions, values
        )
        norms = self._descend(transition, {"critic": critic_gradients, **improvement_gradients})
        for log_dual in self._optimizers["dual"].variables.values():
            log_dual.assign(tf.maximum(log_dual, MIN_LOG_DUAL))
        return {**critic_metrics, **policy_metrics, **norms}

    def _sample(self, policy: Gaussian) -> tf.Tensor:
        """Unclipped actions `[N, B, A]`."""
        shape = [self._config.num_samples, *policy.mean.shape]
        return policy.mean + policy.stddev * self._noise(shape)

    def _target_probabilities(self, observation: tf.Tensor, actions: tf.Tensor) -> tf.Tensor:
        """The target critic's distributions `[N, B, K]` for the actions as the environment would clip them."""
        # N parallel evaluations of [B, A] use all cores; one of [N * B, A] would use a single one.
        clipped_actions = tf.unstack(tf.clip_by_value(actions, -1.0, 1.0))
        logits = [self._networks.target_critic(observation, action) for action in clipped_actions]
        return tf.stack([tf.nn.softmax(each) for each in logits])

    def _improvement_gradients(
        self, observation: tf.Tensor, target_policy: Gaussian, actions: tf.Tensor, values: tf.Tensor
    ) -> tuple[dict[str, Gradients], TensorMetrics]:
        """Gradients of `-mean sum_j q_j log pi(a_j)`, the KL penalties and the duals' losses (`losses/mpo.py`)."""
        trained = {name: self._optimizers[name].variables for name in ("policy", "dual")}
        with tf.GradientTape() as tape:
            policy = self._networks.policy(observation)
            duals = Duals(**{name: positive_dual(log_dual) for name, log_dual in trained["dual"].items()})
            loss, metrics = mpo_loss(policy, target_policy, actions, values, duals, self._bounds)
        metrics |= {
            "policy_loss": loss,
            "q_mean": tf.reduce_mean(values),
            "policy_stddev_mean": tf.reduce_mean(policy.stddev),
            "policy_stddev_min": tf.reduce_min(policy.stddev),
            "policy_stddev_max": tf.reduce_max(policy.stddev),
        }
        return tape.gradient(loss, trained), metrics

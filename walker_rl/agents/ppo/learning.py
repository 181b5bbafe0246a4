"""PPO's update (Schulman et al. 2017, Algorithm 1)."""

import functools
from collections.abc import Callable, Iterator

import numpy as np
import tensorflow as tf

from walker_rl.agents.network_learner import NetworkLearner, TensorMetrics
from walker_rl.agents.networks import Networks
from walker_rl.agents.ppo.config import Config
from walker_rl.agents.ppo.segment import Segment, SegmentLayout
from walker_rl.losses.advantage import generalized_advantage
from walker_rl.losses.clipped_surrogate import approximate_kl, clipped_surrogate_loss
from walker_rl.losses.gaussian import entropy, log_density
from walker_rl.networks.statistics import RunningStatistics
from walker_rl.types import Metrics

MAX_REWARD = 10.0
"""Bound of a normalised reward."""

LOG_STDDEV = "log_stddev"
"""The policy's variable that a schedule of the standard deviation sets."""


class PPOLearner(NetworkLearner[Config]):
    """Learns from each round of segments for several epochs; one minibatch is one learner step.

    Minibatches are a function of `(seed, learner_steps)`, so a restored learner draws the same.
    """

    def __init__(self, config: Config, networks: Networks, dataset: Iterator[np.ndarray], seed: int) -> None:
        """Extends the base class; `dataset` yields `config.num_environments` packed segments at a time."""
        super().__init__(config, networks, seed, config.adam_epsilon)
        self._dataset = dataset
        architecture = networks.architecture
        self._layout = SegmentLayout(architecture.observation_size, architecture.action_size, config.unroll_length)
        self._returns = RunningStatistics(())
        self._num_rounds = tf.Variable(0, dtype=tf.int64, trainable=False)

    def step(self) -> Metrics:
        """Learns from the next round; the first `num_priming_rounds` rounds update only the statistics.

        Returns:
            Means over the minibatches and the round's own metrics; empty after a priming round.
        """
        segments = self._layout.unpack(next(self._dataset))
        if self._config.normalize_rewards:  # Before the round, since no recorded density depends on them.
            self._returns.add(segments.return_so_far.ravel())
        metrics: Metrics = {}
        if int(self._num_rounds) >= self._config.num_priming_rounds:
            columns, round_metrics = self._prepare(segments)
            metrics = {**self._learn(columns), **round_metrics}
        self._observe_observations(segments)
        self._num_rounds.assign_add(1)
        self._set_stddev()
        self._learner_steps = int(self._num_steps)
        self._policy_weights = self._read_policy()
        return metrics

    def _learned_variables(self, name: str) -> dict[str, tf.Variable]:
        variables = super()._learned_variables(name)
        if self._config.stddev is not None:
            variables.pop(LOG_STDDEV, None)
        return variables

    def _set_stddev(self) -> None:
        """Sets the standard deviation of the next round's policy, if it is on a schedule."""
        if self._config.stddev is not None:
            log_stddev = self._networks.policy.named_variables()[LOG_STDDEV]
            log_stddev.assign(tf.fill(log_stddev.shape, tf.math.log(self._at_present(self._config.stddev))))

    def _prepare(self, segments: Segment) -> tuple[list[np.ndarray], Metrics]:
        """Observation, action, log-density, advantage, return of each step, `[N T, ...]`, and the round's metrics."""
        scale = np.asarray(self._returns.stddev) if self._config.normalize_rewards else 1.0
        reward = np.clip(segments.reward / scale, -MAX_REWARD, MAX_REWARD)
        value, next_value = (self._values(each) for each in (segments.observation, segments.next_observation))
        advantage = generalized_advantage(
            reward, segments.discount, segments.is_last, value, next_value, self._config.gae_lambda
        )
        target = advantage + value
        explained = 1 - np.var(target - value) / (np.var(target) + 1e-8)
        columns = (segments.observation, segments.action, segments.log_density, advantage, target)
        flat = [np.asarray(column, np.float32).reshape(-1, *column.shape[2:]) for column in columns]
        return flat, {"q_mean": float(value.mean() * scale), "explained_variance": float(explained)}

    def _values(self, observation: np.ndarray) -> np.ndarray:
        """Values `[N, T]` of observations `[N, T, O]`."""
        flat = tf.constant(observation.reshape(-1, observation.shape[-1]))
        return np.asarray(self._traced_values(flat)).reshape(observation.shape[:-1])

    def _learn(self, columns: list[np.ndarray]) -> Metrics:
        """Runs epochs of minibatches; stops after an epoch whose mean KL divergence exceeds `max_kl`."""
        random = np.random.default_rng([int(self._seed), int(self._num_steps)])
        epochs: list[np.ndarray] = []
        for _ in range(self._config.num_epochs):
            epochs.append(self._learn_once(columns, random.permutation(len(columns[0]))))
            kl = epochs[-1][:, self._metric_names.index("kl")].mean()
            if self._config.max_kl is not None and kl > self._config.max_kl:
                break
        return dict(zip(self._metric_names, np.concatenate(epochs).mean(axis=0).tolist(), strict=True))

    def _learn_once(self, columns: list[np.ndarray], order: np.ndarray) -> np.ndarray:
        """Runs one epoch without the last, incomplete minibatch; returns metrics `[minibatches, M]`."""
        batch_size = self._config.batch_size
        minibatches = order[: len(order) // batch_size * batch_size].reshape(-1, batch_size)
        metrics = [self._traced_update(*(tf.constant(column[chosen]) for column in columns)) for chosen in minibatches]
        return np.stack([np.asarray(each) for each in metrics])

    def _actor_steps(self) -> tf.Tensor:
        steps_per_round = self._config.num_environments * self._config.unroll_length
        return tf.cast(self._num_rounds, tf.float64) * steps_per_round

    def _observe_observations(self, segments: Segment) -> None:
        """Updates the normaliser after the round, whose densities depend on the normaliser that acted."""
        if self._networks.normalizer is not None:
            flat = segments.observation.reshape(-1, segments.observation.shape[-1])
            self._networks.normalizer.statistics.add(flat)

    def _update(
        self,
        observation: tf.Tensor,
        action: tf.Tensor,
        behaviour_log_density: tf.Tensor,
        advantage: tf.Tensor,
        target: tf.Tensor,
    ) -> TensorMetrics:
        """Ascends `min(ratio A, clip(ratio) A)` (equation 7) and descends `(target - V)^2 / 2` on one minibatch."""
        networks, config = self._networks, self._config
        clip = self._at_present(config.clip)
        observation = self._normalized(observation)
        advantage = (advantage - tf.reduce_mean(advantage)) / (tf.math.reduce_std(advantage) + 1e-8)
        with tf.GradientTape() as tape:
            gaussian = networks.policy(observation)
            log_ratio = log_density(gaussian, action) - behaviour_log_density
            surrogate = tf.reduce_mean(clipped_surrogate_loss(log_ratio, advantage, clip))
            policy_entropy = tf.reduce_mean(entropy(gaussian))
            policy_loss = surrogate - config.entropy_weight * policy_entropy
        policy_gradients = tape.gradient(policy_loss, self._optimizers["policy"].variables)
        with tf.GradientTape() as tape:
            value = networks.critic(observation)
            critic_loss = 0.5 * tf.reduce_mean(tf.square(target - value))
        critic_gradients = tape.gradient(critic_loss, self._optimizers["critic"].variables)
        norms = self._step_optimizers({"critic": critic_gradients, "policy": policy_gradients})
        return {
            "critic_loss": critic_loss,
            "policy_loss": policy_loss,
            "entropy": policy_entropy,
            "kl": tf.reduce_mean(approximate_kl(log_ratio)),
            "clipped_share": tf.reduce_mean(tf.cast(tf.abs(tf.exp(log_ratio) - 1) > clip, tf.float32)),
            "policy_stddev_mean": tf.reduce_mean(gaussian.stddev),
            **norms,
        }

    @functools.cached_property
    def _traced_update(self) -> Callable[..., tf.Tensor]:
        """The update on one minibatch as one graph, which returns the metrics `[M]`."""

        def update(*arguments: tf.Tensor) -> tf.Tensor:
            metrics = self._update(*arguments)
            self._metric_names = tuple(metrics)
            self._num_steps.assign_add(1)
            return tf.stack(list(metrics.values()))

        batch_size, architecture = self._config.batch_size, self._networks.architecture
        shapes = ([batch_size, architecture.observation_size], [batch_size, architecture.action_size])
        specs = [tf.TensorSpec(shape, tf.float32) for shape in (*shapes, *([batch_size],) * 3)]
        return tf.function(update, autograph=False).get_concrete_function(*specs)

    @functools.cached_property
    def _traced_values(self) -> Callable[[tf.Tensor], tf.Tensor]:
        """The value function of observations `[n, O]`, as one graph."""
        critic, size = self._networks.critic, self._networks.architecture.observation_size
        function = tf.function(lambda observation: critic(self._normalized(observation)), autograph=False)
        return function.get_concrete_function(tf.TensorSpec([None, size], tf.float32))

    def _state(self) -> dict[str, tf.Variable]:
        returns = {f"returns/{name}": variable for name, variable in self._returns.state().items()}
        return {**super()._state(), "num_rounds": self._num_rounds, **returns}

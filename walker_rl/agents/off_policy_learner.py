"""The base class of learners that update on batches of replayed transitions, as one traced graph."""

import abc
import functools
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

import numpy as np
import tensorflow as tf

from walker_rl.agents.adam import Gradients
from walker_rl.agents.config import OffPolicyConfig
from walker_rl.agents.imitation import imitation_gradients
from walker_rl.agents.network_learner import NetworkLearner, TensorMetrics
from walker_rl.agents.networks import Networks
from walker_rl.replay.layout import TransitionLayout
from walker_rl.types import Metrics, Transition

ConfigT = TypeVar("ConfigT", bound=OffPolicyConfig)


class OffPolicyLearner(NetworkLearner[ConfigT]):
    """Updates networks on batches of transitions; a subclass defines one update in `_update`."""

    def __init__(self, config: ConfigT, networks: Networks, dataset: Iterator[np.ndarray], seed: int) -> None:
        """Extends the base class; `dataset` yields packed transitions, float32 `[config.batch_size, 2 O + A + 2]`."""
        super().__init__(config, networks, seed)
        self._evaluated_weights = tf.Variable(self._policy_weights, trainable=False)
        self._dataset = dataset
        self._layout = TransitionLayout(networks.architecture.observation_size, networks.architecture.action_size)
        self._batch_shape = (config.batch_size, self._layout.row_size)
        self._num_prior_rows = tf.Variable(0, trainable=False)  # In the present batch.

    @abc.abstractmethod
    def _update(self, transition: Transition) -> TensorMetrics:
        """Updates all networks on a batch; returns `critic_loss`, `policy_loss` and the agent's further metrics."""

    @property
    def evaluated_weights(self) -> np.ndarray:
        """Exponential running mean of the online policy's weights, with rate `evaluated_tau`, and its normaliser."""
        return self._evaluated_weights.numpy()

    def step(self) -> Metrics:
        """Updates on the next batch.

        Raises:
            ValueError: if the batch has another shape.
        """
        batch = next(self._dataset)
        if np.shape(batch) != self._batch_shape:
            raise ValueError(f"a batch has shape {np.shape(batch)}, not {self._batch_shape}")
        if self._config.prior.is_given:
            # The replay has put as many of the prior's rows first: it counts its batches as this counts updates.
            self._num_prior_rows.assign(self._config.num_prior_rows(self._learner_steps))
        # Each array that enters or leaves TensorFlow costs time: all data lie in one, all results in two.
        metrics, self._policy_weights = self._traced_update(tf.constant(batch))
        self._learner_steps += 1
        return dict(zip(self._metric_names, metrics.numpy().tolist(), strict=True))

    def _regress(
        self, td_error: Callable[..., tf.Tensor], transition: Transition, next_value: tf.Tensor
    ) -> tuple[Gradients, TensorMetrics]:
        """Gradients of `mean (y - Q(s, a))^2 / 2` with `y = R + gamma V'` and `V'` `[B]` of `s'`.

        `td_error` is a function of `losses/temporal_difference.py`, for one critic or for two.
        """
        with tf.GradientTape() as tape:
            value = self._networks.critic(transition.observation, transition.action)
            loss = tf.reduce_mean(td_error(value, transition.reward, transition.discount, next_value))
        return tape.gradient(loss, self._optimizers["critic"].variables), {"critic_loss": loss}

    def _descend(self, transition: Transition, gradients: dict[str, Gradients]) -> TensorMetrics:
        """Steps the named optimisers; returns each gradient's norm before clipping.

        The imitation of the prior, if there is one, is first added to the policy's gradient.
        """
        prior = self._config.prior
        if "policy" in gradients and prior.is_given and prior.imitation != 0.0:
            pull = self._imitation_gradients(transition)
            pulled = {name: gradient + pull[name] for name, gradient in gradients["policy"].items()}
            gradients = {**gradients, "policy": pulled}
        return self._step_optimizers(gradients)

    def _imitation_gradients(self, transition: Transition) -> Gradients:
        """Gradients that pull the policy to the prior's actions in its rows of the batch."""
        variables = self._optimizers["policy"].variables
        weight = self._at_present(self._config.prior.imitation)

        def imitate() -> Gradients:
            rows = transition.observation[: self._num_prior_rows], transition.action[: self._num_prior_rows]
            gradients = imitation_gradients(self._networks.policy, variables, *rows)
            return {name: weight * gradient for name, gradient in gradients.items()}

        zeros = {name: tf.zeros_like(variable) for name, variable in variables.items()}
        return tf.cond(tf.greater(weight, 0.0), imitate, lambda: zeros)

    def _actor_steps(self) -> tf.Tensor:
        return self._config.pace.steps_at_update(tf.cast(self._num_steps, tf.float64))

    def _noise(self, shape: Sequence[int]) -> tf.Tensor:
        """Standard normal noise, a function of `(seed, learner_steps)`, so a restored learner draws the same."""
        return tf.random.stateless_normal(shape, seed=tf.stack([self._seed, self._num_steps]))

    def _move_targets(self, tau: float) -> None:
        """Moves the targets by `target <- (1 - tau) target + tau online`."""
        for online, target in self._online_and_target():
            target.assign((1 - tau) * target + tau * online)

    def _copy_to_targets_every(self, period: int) -> None:
        """Copies online to target networks before updates 0, `period`, `2 period` ..."""

        def copy() -> tf.Operation:
            return tf.group(*(target.assign(online) for online, target in self._online_and_target()))

        tf.cond(tf.equal(self._num_steps % period, 0), copy, tf.no_op)

    def _online_and_target(self) -> Iterator[tuple[tf.Variable, tf.Variable]]:
        networks = self._networks
        for online, target in ((networks.policy, networks.target_policy), (networks.critic, networks.target_critic)):
            if target is not None:
                yield from zip(online.named_variables().values(), target.named_variables().values(), strict=True)

    @functools.cached_property
    def _traced_update(self) -> Callable[[tf.Tensor], tuple[tf.Tensor, tf.Tensor]]:
        """The update as one concrete graph, which saves the search for a matching graph at each call."""
        batch_spec = tf.TensorSpec(self._batch_shape, tf.float32)
        return tf.function(self._counted_update, autograph=False).get_concrete_function(batch_spec)

    def _counted_update(self, batch: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Updates and counts; returns the metrics `[M]` and the policy's new weights as one vector."""
        transition = self._prepared(self._layout.unpack(batch))
        metrics = self._update(transition)
        self._metric_names = tuple(metrics)
        self._num_steps.assign_add(1)
        weights = self._read_policy()
        self._evaluated_weights.assign(self._averaged(weights))
        return tf.stack(list(metrics.values())), weights

    def _prepared(self, transition: Transition) -> Transition:
        """The batch as the networks see it; its observations enter the normaliser's statistics first."""
        if self._networks.normalizer is None:
            return transition
        self._networks.normalizer.statistics.add(transition.observation)
        observation, next_observation = map(self._normalized, (transition.observation, transition.next_observation))
        return transition._replace(observation=observation, next_observation=next_observation)

    def _averaged(self, weights: tf.Tensor) -> tf.Tensor:
        """The evaluated weights after one more update; statistics, which come first, are the newest."""
        tau = self._config.evaluated_tau
        averaged = (1 - tau) * self._evaluated_weights + tau * weights
        if self._networks.normalizer is None:
            return averaged
        num_statistics = 2 * self._networks.architecture.observation_size
        return tf.concat([weights[:num_statistics], averaged[num_statistics:]], axis=0)

    def _state(self) -> dict[str, tf.Variable]:
        return {**super()._state(), "evaluated_policy": self._evaluated_weights}

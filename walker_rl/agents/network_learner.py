"""The base class of learners with a policy and a critic: their state, optimisers and schedules."""

import abc
from typing import Generic, TypeVar

import numpy as np
import tensorflow as tf

from walker_rl.agents.adam import Adam, Gradients
from walker_rl.agents.config import NetworkConfig
from walker_rl.agents.learner import Learner
from walker_rl.agents.networks import Networks
from walker_rl.policies.architecture import check_shapes
from walker_rl.schedules import Linear, Schedule
from walker_rl.types import Variables

TensorMetrics = dict[str, tf.Tensor]
"""`Metrics` as tensors, not yet fetched from TensorFlow."""

ConfigT = TypeVar("ConfigT", bound=NetworkConfig)


class NetworkLearner(Learner, Generic[ConfigT]):
    """Updates networks on a dataset; the metrics of `step` include `critic_loss` and `policy_loss`.

    Deterministic: equal networks, seed and batches give bit-identical weights on one machine.
    """

    def __init__(self, config: ConfigT, networks: Networks, seed: int, adam_epsilon: float = 1e-8) -> None:
        """Makes the optimisers of `networks`, which are updated in place; updates sample with `seed`."""
        super().__init__(networks.architecture)
        self._config = config
        self._networks = networks
        self._seed = tf.Variable(seed, dtype=tf.int64, trainable=False)
        self._num_steps = tf.Variable(0, dtype=tf.int64, trainable=False)
        self._learner_steps = 0  # As `num_steps`, but read without TensorFlow.
        self._optimizers = {
            name: Adam(self._learned_variables(name), config.max_gradient_norm, adam_epsilon)
            for name in ("critic", "policy")
        }
        self._learning_rates: dict[str, Schedule] = {
            "critic": config.critic_learning_rate,
            "policy": config.policy_learning_rate,
        }
        self._policy_weights = self._read_policy()
        self._metric_names: tuple[str, ...] = ()  # Set when the update is traced.

    @property
    def learner_steps(self) -> int:
        """Number of updates so far, including those before a `restore`."""
        return self._learner_steps

    @property
    def policy_weights(self) -> np.ndarray:
        """The online policy's weights as one vector, which `PolicyArchitecture.split_weights` splits."""
        return np.asarray(self._policy_weights)

    def save(self) -> Variables:
        """Copies of everything that the next updates depend on, by name."""
        return {name: np.asarray(variable.numpy()) for name, variable in self._state().items()}

    def restore(self, state: Variables) -> None:
        """Restores a state of `save`; later updates repeat bit for bit.

        Raises:
            ValueError: if an entry is missing, unknown or of another shape; then nothing changes.
        """
        variables = self._state()
        check_shapes("learner state", state, {name: tuple(variable.shape) for name, variable in variables.items()})
        for name, variable in variables.items():
            variable.assign(state[name])
        self._learner_steps = int(self._num_steps)
        self._policy_weights = self._read_policy()

    def _learned_variables(self, name: str) -> dict[str, tf.Variable]:
        """Variables of the network called `name` that its optimizer changes."""
        return dict(getattr(self._networks, name).named_variables())

    @abc.abstractmethod
    def _actor_steps(self) -> tf.Tensor:
        """Environment steps at which schedules are read for the current update, float64 `[]`."""

    def _at_present(self, schedule: Schedule) -> tf.Tensor:
        """A schedule's value at the current update, float32 `[]`."""
        if not isinstance(schedule, Linear):
            return tf.constant(schedule, tf.float32)
        progress = (self._actor_steps() - schedule.begin) / (schedule.end - schedule.begin)
        value = schedule.first + (schedule.last - schedule.first) * tf.clip_by_value(progress, 0.0, 1.0)
        return tf.cast(value, tf.float32)

    def _step_optimizers(self, gradients: dict[str, Gradients]) -> TensorMetrics:
        """Steps the named optimisers; returns each gradient's norm before clipping."""
        rates = {name: self._at_present(self._learning_rates[name]) for name in gradients}
        return {f"{name}_gradient_norm": self._optimizers[name].apply(gradients[name], rates[name]) for name in rates}

    def _normalized(self, observation: tf.Tensor) -> tf.Tensor:
        """The networks' input `[B, O]` for an observation `[B, O]`."""
        return observation if self._networks.normalizer is None else self._networks.normalizer(observation)

    def _read_policy(self) -> tf.Tensor:
        """The online policy's weights as one vector, in the architecture's order."""
        policy, normalizer = self._networks.policy, self._networks.normalizer
        variables = policy.named_variables() | ({} if normalizer is None else normalizer.weights())
        names = self._architecture.variable_shapes()
        return tf.concat([tf.reshape(variables[name], [-1]) for name in names], axis=0)

    def _state(self) -> dict[str, tf.Variable]:
        networks = {
            name: getattr(self._networks, name) for name in ("policy", "critic", "target_policy", "target_critic")
        }
        parts = {name: network.named_variables() for name, network in networks.items() if network is not None}
        for name, optimizer in self._optimizers.items():
            parts.setdefault(name, optimizer.variables)
            parts[f"{name}_optimizer"] = optimizer.state()
        if self._networks.normalizer is not None:
            parts["observations"] = self._networks.normalizer.statistics.state()
        named = {f"{part}/{name}": variable for part, named in parts.items() for name, variable in named.items()}
        return {"num_steps": self._num_steps, "seed": self._seed, **named}

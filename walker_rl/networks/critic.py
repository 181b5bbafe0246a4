"""Critics in Sonnet: the expected return, or its distribution over fixed atoms."""

import numpy as np
import sonnet as snt
import tensorflow as tf

from walker_rl.networks.initializers import truncated_fan_in
from walker_rl.networks.torso import Torso, named_variables


class CriticNetwork(snt.Module):
    """`Q(s, a)`: the policy's kind of torso on the concatenated observation and action, and one linear output."""

    def __init__(
        self,
        observation_size: int,
        action_size: int,
        hidden_sizes: tuple[int, ...],
        layer_norm: bool,
        activation: str,
        seed: int,
    ) -> None:
        """Makes all variables; equal arguments give equal weights."""
        super().__init__(name="critic")
        generator = np.random.default_rng(seed)
        self._torso = Torso(hidden_sizes, layer_norm, activation, generator)
        self._value = snt.Linear(1, w_init=truncated_fan_in(generator))
        self(tf.zeros([1, observation_size]), tf.zeros([1, action_size]))

    def __call__(self, observation: tf.Tensor, action: tf.Tensor) -> tf.Tensor:
        """Maps `[B, O]`, `[B, A]` to the discounted return expected, `[B]`."""
        return tf.squeeze(self._value(self._torso(tf.concat([observation, action], axis=-1))), axis=-1)

    def named_variables(self) -> dict[str, tf.Variable]:
        """Variables by structural name, as in `hidden_0/w` and `value/b`."""
        return named_variables({**self._torso.layers, "value": self._value})


class DistributionalCriticNetwork(snt.Module):
    """`Z(s, a)` as a categorical distribution over atoms (Bellemare et al. 2017, section 4).

    Attributes:
        atoms: returns that have probability, equally spaced from `vmin` to `vmax`, float32 `[num_atoms]`.
    """

    def __init__(
        self,
        observation_size: int,
        action_size: int,
        hidden_sizes: tuple[int, ...],
        layer_norm: bool,
        activation: str,
        vmin: float,
        vmax: float,
        num_atoms: int,
        seed: int,
    ) -> None:
        """Makes all variables; equal arguments give equal weights."""
        super().__init__(name="distributional_critic")
        generator = np.random.default_rng(seed)
        self.atoms = tf.constant(np.linspace(vmin, vmax, num_atoms), tf.float32)
        self._torso = Torso(hidden_sizes, layer_norm, activation, generator)
        self._logits = snt.Linear(num_atoms, w_init=truncated_fan_in(generator))
        self(tf.zeros([1, observation_size]), tf.zeros([1, action_size]))

    def __call__(self, observation: tf.Tensor, action: tf.Tensor) -> tf.Tensor:
        """Maps `[B, O]`, `[B, A]` to unnormalised log-probabilities of the atoms, `[B, num_atoms]`."""
        return self._logits(self._torso(tf.concat([observation, action], axis=-1)))

    def named_variables(self) -> dict[str, tf.Variable]:
        """Variables by structural name, as in `hidden_0/w` and `logits/b`."""
        return named_variables({**self._torso.layers, "logits": self._logits})

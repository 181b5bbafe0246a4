"""Critics in Sonnet: the expected return of states or of actions in them, or its distribution over fixed atoms."""

import numpy as np
import sonnet as snt
import tensorflow as tf

from walker_rl.networks.initializers import truncated_fan_in
from walker_rl.networks.torso import Torso, named_variables
from walker_rl.policies.torso import TorsoSpec


class _Expectation(snt.Module):
    """A torso and one linear output."""

    def __init__(
        self, input_size: int, torso: TorsoSpec, seed: int, name: str, initialization: str = "uniform_fan_out"
    ) -> None:
        super().__init__(name=name)
        generator = np.random.default_rng(seed)
        self._torso = Torso(input_size, torso, generator, initialization)
        self._value = snt.Linear(1, w_init=truncated_fan_in(generator))
        self._evaluate(tf.zeros([1, input_size]))

    def named_variables(self) -> dict[str, tf.Variable]:
        """Variables by structural name, as in `hidden_0/w` and `value/b`."""
        return {**self._torso.named_variables(), **named_variables({"value": self._value})}

    def _evaluate(self, inputs: tf.Tensor) -> tf.Tensor:
        return tf.squeeze(self._value(self._torso(inputs)), axis=-1)


class CriticNetwork(_Expectation):
    """`Q(s, a)`: the policy's kind of torso on the concatenated observation and action, and one linear output."""

    def __init__(self, observation_size: int, action_size: int, torso: TorsoSpec, seed: int) -> None:
        """Makes all variables; equal arguments give equal weights."""
        super().__init__(observation_size + action_size, torso, seed, name="critic")

    def __call__(self, observation: tf.Tensor, action: tf.Tensor) -> tf.Tensor:
        """Maps `[B, O]`, `[B, A]` to the discounted return expected, `[B]`."""
        return self._evaluate(tf.concat([observation, action], axis=-1))


class ValueNetwork(_Expectation):
    """`V(s)`: the same of the observation alone."""

    def __init__(
        self, observation_size: int, torso: TorsoSpec, seed: int, initialization: str = "uniform_fan_out"
    ) -> None:
        """Makes all variables; equal arguments give equal weights."""
        super().__init__(observation_size, torso, seed, "value", initialization)

    def __call__(self, observation: tf.Tensor) -> tf.Tensor:
        """Maps `[B, O]` to the discounted return expected, `[B]`."""
        return self._evaluate(observation)


class TwinCriticNetwork(snt.Module):
    """Two critics that differ in their initial weights alone (Fujimoto et al. 2018, section 4.2)."""

    def __init__(self, observation_size: int, action_size: int, torso: TorsoSpec, seed: int) -> None:
        """Makes all variables; equal arguments give equal weights."""
        super().__init__(name="twin_critic")
        seeds = np.random.SeedSequence(seed).generate_state(2)
        self.critics = [CriticNetwork(observation_size, action_size, torso, int(critic_seed)) for critic_seed in seeds]

    def __call__(self, observation: tf.Tensor, action: tf.Tensor) -> tf.Tensor:
        """Maps `[B, O]`, `[B, A]` to the discounted return that each critic expects, `[2, B]`."""
        return tf.stack([critic(observation, action) for critic in self.critics])

    def named_variables(self) -> dict[str, tf.Variable]:
        """Variables by structural name, as in `0/hidden_0/w` and `1/value/b`."""
        return {
            f"{index}/{name}": variable
            for index, critic in enumerate(self.critics)
            for name, variable in critic.named_variables().items()
        }


class DistributionalCriticNetwork(snt.Module):
    """`Z(s, a)` as a categorical distribution over atoms (Bellemare et al. 2017, section 4).

    Attributes:
        atoms: returns that have probability, equally spaced from `vmin` to `vmax`, float32 `[num_atoms]`.
    """

    def __init__(
        self,
        observation_size: int,
        action_size: int,
        torso: TorsoSpec,
        vmin: float,
        vmax: float,
        num_atoms: int,
        seed: int,
    ) -> None:
        """Makes all variables; equal arguments give equal weights."""
        super().__init__(name="distributional_critic")
        generator = np.random.default_rng(seed)
        self.atoms = tf.constant(np.linspace(vmin, vmax, num_atoms), tf.float32)
        input_size = observation_size + action_size
        self._torso = Torso(input_size, torso, generator, "uniform_fan_out")
        self._logits = snt.Linear(num_atoms, w_init=truncated_fan_in(generator))
        self(tf.zeros([1, observation_size]), tf.zeros([1, action_size]))

    def __call__(self, observation: tf.Tensor, action: tf.Tensor) -> tf.Tensor:
        """Maps `[B, O]`, `[B, A]` to unnormalised log-probabilities of the atoms, `[B, num_atoms]`."""
        return self._logits(self._torso(tf.concat([observation, action], axis=-1)))

    def named_variables(self) -> dict[str, tf.Variable]:
        """Variables by structural name, as in `hidden_0/w` and `logits/b`."""
        return {**self._torso.named_variables(), **named_variables({"logits": self._logits})}

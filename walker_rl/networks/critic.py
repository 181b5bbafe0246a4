"""Critics in Sonnet: the expected return of a state or an action, or its distribution over fixed atoms."""

import numpy as np
import sonnet as snt
import tensorflow as tf

from walker_rl.networks.initializers import truncated_fan_in
from walker_rl.networks.torso import Torso, named_variables
from walker_rl.policies.torso import TorsoSpec


class _Critic(snt.Module):
    """A torso and a linear output layer, which has the module's name."""

    def __init__(
        self,
        input_size: int,
        torso: TorsoSpec,
        seed: int,
        initialization: str = "uniform_fan_out",
        name: str = "value",
        num_outputs: int = 1,
    ) -> None:
        """Makes all variables; equal arguments give equal weights."""
        super().__init__(name=name)
        generator = np.random.default_rng(seed)
        self._torso = Torso(input_size, torso, generator, initialization)
        self._linear = snt.Linear(num_outputs, w_init=truncated_fan_in(generator))
        self._outputs(tf.zeros([1, input_size]))

    def named_variables(self) -> dict[str, tf.Variable]:
        """Variables by structural name, as in `hidden_0/w` and `value/b`, or `logits/b`."""
        return {**self._torso.named_variables(), **named_variables({self.name: self._linear})}

    def _outputs(self, inputs: tf.Tensor) -> tf.Tensor:
        return self._linear(self._torso(inputs))


class CriticNetwork(_Critic):
    """`Q(s, a)`: the policy's kind of torso on the concatenated observation and action, and one linear output."""

    def __init__(self, observation_size: int, action_size: int, torso: TorsoSpec, seed: int) -> None:
        """Makes all variables; equal arguments give equal weights."""
        super().__init__(observation_size + action_size, torso, seed)

    def __call__(self, observation: tf.Tensor, action: tf.Tensor) -> tf.Tensor:
        """Maps `[B, O]`, `[B, A]` to the expected discounted return, `[B]`."""
        return tf.squeeze(self._outputs(tf.concat([observation, action], axis=-1)), axis=-1)


class ValueNetwork(_Critic):
    """`V(s)`: the same kind of network on the observation alone."""

    def __call__(self, observation: tf.Tensor) -> tf.Tensor:
        """Maps `[B, O]` to the expected discounted return, `[B]`."""
        return tf.squeeze(self._outputs(observation), axis=-1)


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


class DistributionalCriticNetwork(_Critic):
    """`Z(s, a)` as a categorical distribution over `K` atoms (Bellemare et al. 2017, section 4).

    A learner holds the atoms.
    """

    def __init__(self, observation_size: int, action_size: int, torso: TorsoSpec, num_atoms: int, seed: int) -> None:
        """Makes all variables; equal arguments give equal weights."""
        super().__init__(observation_size + action_size, torso, seed, name="logits", num_outputs=num_atoms)

    def __call__(self, observation: tf.Tensor, action: tf.Tensor) -> tf.Tensor:
        """Maps `[B, O]`, `[B, A]` to unnormalised log-probabilities of the atoms, `[B, K]`."""
        return self._outputs(tf.concat([observation, action], axis=-1))

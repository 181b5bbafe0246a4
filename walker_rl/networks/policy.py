"""Policies in Sonnet: deterministic in [-1, 1], or diagonal Gaussians, squashed or not."""

import numpy as np
import sonnet as snt
import tensorflow as tf

from walker_rl.networks.heads import HEADS, Gaussian
from walker_rl.networks.torso import Torso
from walker_rl.policies.numpy_policy import PolicyArchitecture


class PolicyNetwork(snt.Module):
    """A torso and a head, with Acme's layout and, unless initialized otherwise, its distribution of initial weights.

    Takes observations as the torso sees them: a policy that normalises them has a `Normalizer` beside it.
    """

    def __init__(self, architecture: PolicyArchitecture, seed: int, initialization: str) -> None:
        """Makes all variables; equal arguments give equal weights.

        `initialization` is the hidden layers' initialization, a name that `initializers.hidden_layer` takes.
        """
        super().__init__(name="policy")
        generator = np.random.default_rng(seed)
        self._torso = Torso(architecture.observation_size, architecture.torso, generator, initialization)
        self._head = HEADS[architecture.head](architecture.action_size, architecture.init_stddev, generator)
        self(tf.zeros([1, architecture.observation_size]))

    def __call__(self, observation: tf.Tensor) -> tf.Tensor | Gaussian:
        """Maps `[B, O]` to an action `[B, A]` (tanh head) or a `Gaussian` of `[B, A]`, before it is squashed."""
        return self._head(self._torso(observation))

    def mean_action(self, observation: tf.Tensor) -> tf.Tensor:
        """The action without noise `[B, A]` for `[B, O]`; unbounded if the Gaussian is not squashed."""
        return self._head.mean_action(self(observation))

    def named_variables(self) -> dict[str, tf.Variable]:
        """Variables by structural name: all of `PolicyArchitecture.variable_shapes` but a normaliser's."""
        return {**self._torso.named_variables(), **self._head.named_variables()}

"""Policies in Sonnet: deterministic in [-1, 1], or diagonal Gaussians."""

import math
from typing import NamedTuple

import numpy as np
import sonnet as snt
import tensorflow as tf

from walker_rl.networks.architecture import PolicyArchitecture
from walker_rl.networks.initializers import near_zero
from walker_rl.networks.torso import Torso, named_variables

MIN_STDDEV = 1e-6


class Gaussian(NamedTuple):
    """A normal distribution with independent dimensions.

    Attributes:
        mean: `[..., A]`.
        stddev: `[..., A]`, positive.
    """

    mean: tf.Tensor
    stddev: tf.Tensor


class PolicyNetwork(snt.Module):
    """A torso and a head, of Acme's layout and distribution of initial weights.

    The tanh head is Acme's `NearZeroInitializedLinear` and `TanhToSpec` for actions in [-1, 1]; the gaussian head
    is `MultivariateNormalDiagHead(init_scale=init_stddev, min_scale=1e-6, tanh_mean=False)`.
    """

    def __init__(self, architecture: PolicyArchitecture, seed: int) -> None:
        """Makes all variables; equal arguments give equal weights."""
        super().__init__(name="policy")
        generator = np.random.default_rng(seed)
        self._stddev_scale = architecture.init_stddev / math.log(2)
        self._torso = Torso(architecture.hidden_sizes, architecture.layer_norm, architecture.activation, generator)
        self._outputs = [
            snt.Linear(architecture.action_size, w_init=near_zero(generator)) for _ in architecture.output_names
        ]
        self._output_names = architecture.output_names
        self(tf.zeros([1, architecture.observation_size]))

    def __call__(self, observation: tf.Tensor) -> tf.Tensor | Gaussian:
        """Maps `[B, O]` to an action `[B, A]` (tanh head) or a `Gaussian` of `[B, A]` (gaussian head)."""
        hidden = self._torso(observation)
        outputs = [layer(hidden) for layer in self._outputs]
        if len(outputs) == 1:
            return tf.tanh(outputs[0])
        mean, stddev = outputs
        return Gaussian(mean, self._stddev_scale * tf.math.softplus(stddev) + MIN_STDDEV)

    def named_variables(self) -> dict[str, tf.Variable]:
        """Variables by structural name, those of `PolicyArchitecture.variable_shapes`."""
        return named_variables({**self._torso.layers, **dict(zip(self._output_names, self._outputs, strict=True))})

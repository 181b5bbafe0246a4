"""Policies in Sonnet: deterministic in [-1, 1], or diagonal Gaussians, squashed or not."""

import math
from typing import NamedTuple

import numpy as np
import sonnet as snt
import tensorflow as tf

from walker_rl.networks.initializers import near_zero
from walker_rl.networks.normalizer import Normalizer
from walker_rl.networks.torso import Torso, named_variables
from walker_rl.policies.architecture import PolicyArchitecture

MIN_STDDEV = 1e-6
MIN_LOG_STDDEV, MAX_LOG_STDDEV = -20.0, 2.0
"""Bounds of the squashed Gaussian's, as in Haarnoja et al. 2018's code."""


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
    is `MultivariateNormalDiagHead(init_scale=init_stddev, min_scale=1e-6, tanh_mean=False)`; the tanh_gaussian head
    gives the logarithm of the standard deviation (Haarnoja et al. 2018, https://arxiv.org/abs/1812.05905).
    """

    def __init__(self, architecture: PolicyArchitecture, seed: int, initialization: str = "uniform_fan_out") -> None:
        """Makes all variables; equal arguments give equal weights.

        Args:
            architecture: the policy's shape.
            seed: the seed of the initial weights.
            initialization: the hidden layers' kind of initial weights, a name that `initializers.hidden_layer` takes.
        """
        super().__init__(name="policy")
        generator = np.random.default_rng(seed)
        self._normalizer = Normalizer(architecture.observation_size) if architecture.normalize else None
        self._log_stddev = None
        if architecture.head == "constant_gaussian":
            self._log_stddev = tf.Variable(tf.fill([architecture.action_size], math.log(architecture.init_stddev)))
        self._is_squashed = architecture.head == "tanh_gaussian"
        self._init_stddev = architecture.init_stddev
        self._torso = Torso(
            architecture.observation_size,
            architecture.hidden_sizes,
            architecture.layer_norm,
            architecture.activation,
            generator,
            initialization,
        )
        self._outputs = [
            snt.Linear(architecture.action_size, w_init=near_zero(generator)) for _ in architecture.output_names
        ]
        self._output_names = architecture.output_names
        self(tf.zeros([1, architecture.observation_size]))

    def __call__(self, observation: tf.Tensor) -> tf.Tensor | Gaussian:
        """Maps `[B, O]` to an action `[B, A]` (tanh head) or a `Gaussian` of `[B, A]`, before it is squashed."""
        hidden = self._torso(self.normalize(observation))
        outputs = [layer(hidden) for layer in self._outputs]
        if self._log_stddev is not None:
            return Gaussian(outputs[0], tf.broadcast_to(tf.exp(self._log_stddev), tf.shape(outputs[0])))
        if len(outputs) == 1:
            return tf.tanh(outputs[0])
        mean, stddev = outputs
        if self._is_squashed:
            log_stddev = stddev + math.log(self._init_stddev)
            return Gaussian(mean, tf.exp(tf.clip_by_value(log_stddev, MIN_LOG_STDDEV, MAX_LOG_STDDEV)))
        return Gaussian(mean, self._init_stddev / math.log(2) * tf.math.softplus(stddev) + MIN_STDDEV)

    def mean_action(self, observation: tf.Tensor) -> tf.Tensor:
        """The action without noise `[B, A]` for `[B, O]`, which a Gaussian that is not squashed leaves unbounded."""
        output = self(observation)
        if not isinstance(output, Gaussian):
            return output
        return tf.tanh(output.mean) if self._is_squashed else output.mean

    def normalize(self, observation: tf.Tensor) -> tf.Tensor:
        """What the torso sees of `[B, O]`."""
        return observation if self._normalizer is None else self._normalizer(observation)

    def named_variables(self) -> dict[str, tf.Variable]:
        """Variables by structural name, those of `PolicyArchitecture.variable_shapes`."""
        variables = {} if self._normalizer is None else self._normalizer.named_variables()
        layers = {**self._torso.layers, **dict(zip(self._output_names, self._outputs, strict=True))}
        variables |= named_variables(layers)
        return variables if self._log_stddev is None else {**variables, "log_stddev": self._log_stddev}

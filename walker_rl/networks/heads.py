"""Policy heads in Sonnet by name; `policies/heads.py` has the same in NumPy."""

import abc
import math
from typing import ClassVar, NamedTuple

import numpy as np
import sonnet as snt
import tensorflow as tf

from walker_rl.networks.initializers import near_zero
from walker_rl.networks.torso import named_variables
from walker_rl.policies.heads import MAX_LOG_STDDEV, MIN_LOG_STDDEV, MIN_STDDEV


class Gaussian(NamedTuple):
    """A normal distribution with independent dimensions.

    Attributes:
        mean: means, `[..., A]`.
        stddev: standard deviations, `[..., A]`, positive.
    """

    mean: tf.Tensor
    stddev: tf.Tensor


class Head(snt.Module, abc.ABC):
    """Linear layers that map a torso's output to an action or a Gaussian; their weights start near zero.

    Attributes:
        layers: names of the linear layers; the first gives the mean.
    """

    layers: ClassVar[tuple[str, ...]] = ("mean",)

    def __init__(self, action_size: int, init_stddev: float, generator: np.random.Generator) -> None:
        """Makes the layers; the first call makes their variables, drawn from `generator`."""
        super().__init__(name="head")
        self._init_stddev = init_stddev
        self._linear = {name: snt.Linear(action_size, w_init=near_zero(generator)) for name in self.layers}

    @abc.abstractmethod
    def __call__(self, hidden: tf.Tensor) -> tf.Tensor | Gaussian:
        """Maps `[B, H]` to an action `[B, A]`, or to a `Gaussian` of `[B, A]` before its samples are bounded."""

    def mean_action(self, output: tf.Tensor | Gaussian) -> tf.Tensor:
        """The action without noise `[B, A]` from a call's output; unbounded if the Gaussian is not squashed."""
        return output.mean

    def named_variables(self) -> dict[str, tf.Variable]:
        """Variables by structural name."""
        return named_variables(self._linear)

    def _outputs(self, hidden: tf.Tensor) -> list[tf.Tensor]:
        return [layer(hidden) for layer in self._linear.values()]


class _TanhHead(Head):
    """Acme's `NearZeroInitializedLinear` and `TanhToSpec` for actions in [-1, 1]."""

    def __call__(self, hidden: tf.Tensor) -> tf.Tensor:
        (mean,) = self._outputs(hidden)
        return tf.tanh(mean)

    def mean_action(self, output: tf.Tensor | Gaussian) -> tf.Tensor:
        return output


class _GaussianHead(Head):
    """Acme's `MultivariateNormalDiagHead(init_scale=init_stddev, min_scale=1e-6, tanh_mean=False)`."""

    layers = ("mean", "stddev")

    def __call__(self, hidden: tf.Tensor) -> Gaussian:
        mean, stddev = self._outputs(hidden)
        return Gaussian(mean, self._init_stddev / math.log(2) * tf.math.softplus(stddev) + MIN_STDDEV)


class _TanhGaussianHead(Head):
    """A Gaussian that tanh squashes, by its log stddev (Haarnoja et al. 2018, https://arxiv.org/abs/1812.05905)."""

    layers = ("mean", "stddev")

    def __call__(self, hidden: tf.Tensor) -> Gaussian:
        mean, stddev = self._outputs(hidden)
        log_stddev = stddev + math.log(self._init_stddev)
        return Gaussian(mean, tf.exp(tf.clip_by_value(log_stddev, MIN_LOG_STDDEV, MAX_LOG_STDDEV)))

    def mean_action(self, output: tf.Tensor | Gaussian) -> tf.Tensor:
        return tf.tanh(output.mean)


class _ConstantGaussianHead(Head):
    """A Gaussian whose standard deviation is a separate variable, the same in all states."""

    def __init__(self, action_size: int, init_stddev: float, generator: np.random.Generator) -> None:
        super().__init__(action_size, init_stddev, generator)
        self._log_stddev = tf.Variable(tf.fill([action_size], math.log(init_stddev)))

    def __call__(self, hidden: tf.Tensor) -> Gaussian:
        (mean,) = self._outputs(hidden)
        return Gaussian(mean, tf.broadcast_to(tf.exp(self._log_stddev), tf.shape(mean)))

    def named_variables(self) -> dict[str, tf.Variable]:
        return {**super().named_variables(), "log_stddev": self._log_stddev}


HEADS: dict[str, type[Head]] = {
    "tanh": _TanhHead,
    "gaussian": _GaussianHead,
    "tanh_gaussian": _TanhGaussianHead,
    "constant_gaussian": _ConstantGaussianHead,
}

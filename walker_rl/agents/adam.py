"""Adam in one fused kernel per variable, with the gradient's norm clipped first."""

from collections.abc import Mapping

import tensorflow as tf

Gradients = dict[str, tf.Tensor]
"""Gradients by variable name, as `tape.gradient(loss, adam.variables)` returns them."""

_BETA1 = 0.9
_BETA2 = 0.999


class Adam:
    """Adam (Kingma & Ba 2015, Algorithm 1) on a fixed set of named variables.

    The update is that of `sonnet.optimizers.Adam`, `learning_rate m_hat / (sqrt(v_hat) + epsilon)`, in one operation
    per variable instead of more than ten.

    Attributes:
        variables: trained variables by name.
    """

    def __init__(
        self,
        variables: Mapping[str, tf.Variable],
        max_gradient_norm: float | None = None,
        epsilon: float = 1e-8,
    ) -> None:
        """Makes zero moments; gradients are scaled down to the global norm `max_gradient_norm`, if any."""
        self.variables = dict(variables)
        self._max_gradient_norm = max_gradient_norm
        self._epsilon = epsilon
        self._step = tf.Variable(0, dtype=tf.int64, trainable=False)
        self._first_moments = {name: _zeros_like(variable) for name, variable in self.variables.items()}
        self._second_moments = {name: _zeros_like(variable) for name, variable in self.variables.items()}

    def apply(self, gradients: Gradients, learning_rate: tf.Tensor) -> tf.Tensor:
        """Descends the gradients of `variables` by one step of size `learning_rate`, `[]`.

        Returns:
            The gradients' global norm before clipping, `[]`.
        """
        norm = tf.linalg.global_norm(list(gradients.values()))
        if self._max_gradient_norm is not None:
            clipped, _ = tf.clip_by_global_norm(list(gradients.values()), self._max_gradient_norm, use_norm=norm)
            gradients = dict(zip(gradients, clipped, strict=True))
        step = tf.cast(self._step.assign_add(1), tf.float32)
        beta1_power, beta2_power = tf.pow(_BETA1, step), tf.pow(_BETA2, step)
        for name, variable in self.variables.items():
            tf.raw_ops.ResourceApplyAdam(
                var=variable.handle,
                m=self._first_moments[name].handle,
                v=self._second_moments[name].handle,
                beta1_power=beta1_power,
                beta2_power=beta2_power,
                lr=learning_rate,
                beta1=_BETA1,
                beta2=_BETA2,
                # The kernel adds epsilon to sqrt(v), the paper to sqrt(v / (1 - beta2^t)).
                epsilon=self._epsilon * tf.sqrt(1 - beta2_power),
                grad=gradients[name],
            )
        return norm

    def state(self) -> dict[str, tf.Variable]:
        """The step count and the moments by name, without the trained variables."""
        return {
            "step": self._step,
            **{f"m/{name}": variable for name, variable in self._first_moments.items()},
            **{f"v/{name}": variable for name, variable in self._second_moments.items()},
        }


def _zeros_like(variable: tf.Variable) -> tf.Variable:
    return tf.Variable(tf.zeros_like(variable), trainable=False)

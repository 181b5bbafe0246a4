"""The hidden layers that policies and critics have in common."""

import itertools
from collections.abc import Mapping

import numpy as np
import sonnet as snt
import tensorflow as tf

from walker_rl.networks.initializers import hidden_layer
from walker_rl.networks.layer_norm import LayerNormTanh

_ACTIVATIONS = {"elu": tf.nn.elu, "relu": tf.nn.relu, "tanh": tf.nn.tanh}


class Torso(snt.Module):
    """Linear layers, each followed by an activation; the first optionally by LayerNorm and tanh.

    With `layer_norm` this is Acme's `LayerNormMLP(hidden_sizes, activate_final=True)`.
    """

    def __init__(
        self,
        input_size: int,
        hidden_sizes: tuple[int, ...],
        layer_norm: bool,
        activation: str,
        generator: np.random.Generator,
        initialization: str,
    ) -> None:
        """Makes the layers; their variables come with the first call, which draws from `generator`."""
        super().__init__(name="torso")
        self._activation = _ACTIVATIONS[activation]
        self._hidden = [
            snt.Linear(size, **hidden_layer(initialization, generator, inputs))
            for inputs, size in itertools.pairwise((input_size, *hidden_sizes))
        ]
        self._layer_norm = LayerNormTanh(hidden_sizes[0]) if layer_norm else None

    def __call__(self, inputs: tf.Tensor) -> tf.Tensor:
        """`[B, inputs]` to `[B, hidden_sizes[-1]]`."""
        first, *others = self._hidden
        outputs = first(inputs)
        outputs = self._activation(outputs) if self._layer_norm is None else self._layer_norm(outputs)
        for layer in others:
            outputs = self._activation(layer(outputs))
        return outputs

    @property
    def layers(self) -> dict[str, snt.Module]:
        """The layers by their structural name, in the order of evaluation."""
        layers: dict[str, snt.Module] = {f"hidden_{index}": layer for index, layer in enumerate(self._hidden)}
        if self._layer_norm is not None:
            layers = {"hidden_0": layers["hidden_0"], "layer_norm": self._layer_norm, **layers}
        return layers


def named_variables(layers: Mapping[str, snt.Module]) -> dict[str, tf.Variable]:
    """Variables of built Linear and LayerNorm layers, as in `hidden_0/w` and `layer_norm/scale`."""
    return {
        f"{name}/{attribute}": getattr(layer, attribute)
        for name, layer in layers.items()
        for attribute in (("scale", "offset") if isinstance(layer, LayerNormTanh) else ("w", "b"))
    }

"""Hidden layers of policies and critics in Sonnet; `policies/torso.py` has the same in NumPy."""

import itertools
from collections.abc import Mapping

import numpy as np
import sonnet as snt
import tensorflow as tf

from walker_rl.networks.initializers import hidden_layer
from walker_rl.networks.layer_norm import LayerNormTanh
from walker_rl.policies.torso import TorsoSpec

_ACTIVATIONS = {"elu": tf.nn.elu, "relu": tf.nn.relu, "tanh": tf.nn.tanh}


class Torso(snt.Module):
    """Linear layers, each followed by an activation; the first optionally by LayerNorm and tanh.

    With `layer_norm` this is Acme's `LayerNormMLP(hidden_sizes, activate_final=True)`.
    """

    def __init__(self, input_size: int, spec: TorsoSpec, generator: np.random.Generator, initialization: str) -> None:
        """Makes the layers; the first call makes their variables, drawn from `generator`.

        `initialization` is a name that `initializers.hidden_layer` takes.
        """
        super().__init__(name="torso")
        self._activation = _ACTIVATIONS[spec.activation]
        self._hidden = [
            snt.Linear(size, **hidden_layer(initialization, generator, inputs))
            for inputs, size in itertools.pairwise((input_size, *spec.hidden_sizes))
        ]
        self._layer_norm = LayerNormTanh(spec.hidden_sizes[0]) if spec.layer_norm else None

    def __call__(self, inputs: tf.Tensor) -> tf.Tensor:
        """Maps `[B, inputs]` to `[B, hidden_sizes[-1]]`."""
        first, *others = self._hidden
        outputs = first(inputs)
        outputs = self._activation(outputs) if self._layer_norm is None else self._layer_norm(outputs)
        for layer in others:
            outputs = self._activation(layer(outputs))
        return outputs

    def named_variables(self) -> dict[str, tf.Variable]:
        """Variables by structural name, those of `TorsoSpec.variable_shapes`."""
        layers: dict[str, snt.Module] = {f"hidden_{index}": layer for index, layer in enumerate(self._hidden)}
        if self._layer_norm is not None:
            layers = {"hidden_0": layers["hidden_0"], "layer_norm": self._layer_norm, **layers}
        return named_variables(layers)


def named_variables(layers: Mapping[str, snt.Module]) -> dict[str, tf.Variable]:
    """Variables of built Linear and LayerNorm layers, as in `hidden_0/w` and `layer_norm/scale`."""
    return {
        f"{name}/{attribute}": getattr(layer, attribute)
        for name, layer in layers.items()
        for attribute in (("scale", "offset") if isinstance(layer, LayerNormTanh) else ("w", "b"))
    }

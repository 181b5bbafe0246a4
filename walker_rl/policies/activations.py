"""Activations in NumPy by name; `networks/torso.py` has the same in TensorFlow.

Each function imports NumPy itself, since configurations need only the names, and `--help` must load nothing heavy.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

Activation = Callable[["np.ndarray"], "np.ndarray"]


def _make_elu() -> Activation:
    """`x` above 0, `exp(x) - 1` below."""
    import numpy as np

    return lambda inputs: np.where(inputs > 0, inputs, np.expm1(np.minimum(inputs, np.float32(0))))


def _make_relu() -> Activation:
    """`max(x, 0)`."""
    import numpy as np

    return lambda inputs: np.maximum(inputs, np.float32(0))


def _make_tanh() -> Activation:
    """`tanh(x)`."""
    import numpy as np

    return np.tanh


ACTIVATIONS: dict[str, Callable[[], Activation]] = {"elu": _make_elu, "relu": _make_relu, "tanh": _make_tanh}
"""Makers of activations by name; an activation takes an array of any shape."""

"""Initial weights drawn from a NumPy generator, so that they depend on its seed alone.

An initializer has Sonnet's signature, `(shape, dtype) -> weights`, for weights of shape `[inputs, outputs]`.
"""

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

Initializer = Callable[[Sequence[int], Any], np.ndarray]

# Standard deviation of a unit normal cut at two standard deviations.
_TRUNCATED_STDDEV = 0.87962566103423978


def uniform_fan_out(generator: np.random.Generator) -> Initializer:
    """Uniform with variance `0.333 / outputs`: Acme's choice for hidden layers."""
    return lambda shape, dtype: _uniform(generator, math.sqrt(3 * 0.333 / shape[1]), shape, dtype)


def uniform_fan_in(generator: np.random.Generator, inputs: int) -> Initializer:
    """Uniform in +-1 / sqrt(inputs): PyTorch's default for the weights and the biases of a linear layer."""
    return lambda shape, dtype: _uniform(generator, 1 / math.sqrt(inputs), shape, dtype)


def orthogonal(generator: np.random.Generator) -> Initializer:
    """`sqrt(2)` times a random matrix whose shorter side is orthonormal (Saxe et al. 2014, arXiv:1312.6120)."""

    def initialize(shape: Sequence[int], dtype: Any) -> np.ndarray:
        q, r = np.linalg.qr(generator.standard_normal((max(shape), min(shape))))
        q *= np.sign(np.diag(r))  # Without these signs, the rotations would not be uniformly distributed.
        return (math.sqrt(2) * (q if shape[0] >= shape[1] else q.T)).astype(dtype.as_numpy_dtype)

    return initialize


def near_zero(generator: np.random.Generator) -> Initializer:
    """Truncated normal with variance `1e-4 / inputs`: Acme's choice for the last layer of a policy."""
    return lambda shape, dtype: _truncated_normal(
        generator, math.sqrt(1e-4 / shape[0]) / _TRUNCATED_STDDEV, shape, dtype
    )


def truncated_fan_in(generator: np.random.Generator) -> Initializer:
    """Normal of variance `1 / inputs`, cut at two standard deviations: Sonnet's default for a linear layer."""
    return lambda shape, dtype: _truncated_normal(generator, 1 / math.sqrt(shape[0]), shape, dtype)


def hidden_layer(initialization: str, generator: np.random.Generator, inputs: int) -> dict[str, Initializer]:
    """Returns the initializers of a hidden layer as `snt.Linear` takes them; biases without one are zero.

    Raises:
        KeyError: if `initialization` is none of `INITIALIZATIONS`.
    """
    if initialization == "uniform_fan_in":
        uniform = uniform_fan_in(generator, inputs)
        return {"w_init": uniform, "b_init": uniform}
    weights = {"uniform_fan_out": uniform_fan_out, "orthogonal": orthogonal}[initialization]
    return {"w_init": weights(generator)}


def _uniform(generator: np.random.Generator, limit: float, shape: Sequence[int], dtype: Any) -> np.ndarray:
    return generator.uniform(-limit, limit, shape).astype(dtype.as_numpy_dtype)


def _truncated_normal(generator: np.random.Generator, stddev: float, shape: Sequence[int], dtype: Any) -> np.ndarray:
    """Normal values of standard deviation `stddev`, cut at two of them."""
    values = generator.standard_normal(shape)
    while (outside := np.abs(values) > 2).any():
        values[outside] = generator.standard_normal(outside.sum())
    return (stddev * values).astype(dtype.as_numpy_dtype)

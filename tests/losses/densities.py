"""Densities in NumPy."""

import numpy as np


def log_density(value: np.ndarray, mean: np.ndarray, stddev: np.ndarray) -> np.ndarray:
    """That of independent Gaussians, `[..., A]` to `[...]`; SciPy's takes many times as long."""
    return (-(((value - mean) / stddev) ** 2) / 2 - np.log(stddev) - np.log(2 * np.pi) / 2).sum(axis=-1)

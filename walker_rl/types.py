"""Types that all parts share."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

Variables = dict[str, np.ndarray]
"""Weights by name, as they travel from a learner to actors."""

Act = Callable[[np.ndarray], np.ndarray]
"""A policy during one episode: observation `[O]` -> action `[A]`."""

State = dict[str, Any]
"""State from which a part resumes: nested dicts of arrays, numbers, strings and lists."""

Metrics = dict[str, float]
"""Scalars by name."""


class Transition(NamedTuple):
    """A batch of n-step transitions, in NumPy or TensorFlow.

    Attributes:
        observation: `s_t`, float32 `[B, O]`.
        action: `a_t` in [-1, 1], float32 `[B, A]`.
        reward: `sum_{i<k} discount^i r_{t+i}` over the `k <= n_step` steps taken, float32 `[B]`.
        discount: factor of the value of `next_observation` at `t`: `discount^k`, or 0 if the episode
            terminated within the k steps (not if it was truncated), float32 `[B]`. It already
            includes the agent's discount.
        next_observation: `s_{t+k}`, float32 `[B, O]`.
    """

    observation: Any
    action: Any
    reward: Any
    discount: Any
    next_observation: Any

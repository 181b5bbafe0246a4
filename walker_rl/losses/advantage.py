"""Generalised advantage estimation (Schulman et al. 2016, arXiv:1506.02438, equation 16). NumPy: a loop over time."""

import numpy as np


def generalized_advantage(
    reward: np.ndarray,
    discount: np.ndarray,
    is_last: np.ndarray,
    value: np.ndarray,
    next_value: np.ndarray,
    gae_lambda: float,
) -> np.ndarray:
    """`A_t = delta_t + discount_t lambda A_{t+1}` within an episode, `delta_t = r_t + discount_t V(s_{t+1}) - V(s_t)`.

    A termination has a discount of 0, so no value after it counts. A truncation also ends the sum, but the value of its
    last observation counts, as it does where a segment ends in the middle of an episode.

    Args:
        reward: rewards of `N` segments of `T` consecutive steps, `[N, T]`.
        discount: the agent's discount times the environment's, `[N, T]`.
        is_last: 1 where the step ended its episode, `[N, T]`.
        value: `V(s_t)`, `[N, T]`.
        next_value: `V(s_{t+1})` of the observation that the step led to, before any reset, `[N, T]`.
        gae_lambda: weight of the longer sums; 0: one step; 1: all steps.

    Returns:
        Advantages, `[N, T]`.

    Raises:
        ValueError: if an array has another number of axes.
    """
    for array in (reward, discount, is_last, value, next_value):
        if array.ndim != 2:
            raise ValueError(f"an array has shape {array.shape}, not [N, T]")
    delta = reward + discount * next_value - value
    carried_on = discount * gae_lambda * (1 - is_last)
    advantage = np.zeros_like(delta)
    following = np.zeros_like(delta[:, 0])
    for t in reversed(range(delta.shape[1])):
        following = delta[:, t] + carried_on[:, t] * following
        advantage[:, t] = following
    return advantage

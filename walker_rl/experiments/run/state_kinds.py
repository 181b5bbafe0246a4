"""Kinds of values in a saved state, held to those of a state at the start of a run."""

from typing import Any

import numpy as np


def check_kinds(state: Any, fresh: Any, path: str = "state") -> None:
    """Compares nested states: where `fresh` has a number, text, array, list or dict, `state` must have one, too.

    Elements of lists, keys that only one of them has, and what `fresh` has as None are left to who restores them.

    Args:
        state: state read from a checkpoint.
        fresh: state of the same parts, saved before anything happened.
        path: place of both in the whole, as in "state/learner/num_steps".

    Raises:
        TypeError: if a value is of another kind, or an array of another type.
    """
    kind, expected = _kind(state), _kind(fresh)
    if fresh is not None and kind != expected and (kind, expected) != ("an integer", "a number"):
        raise TypeError(f"{path} is {kind}, not {expected}")
    if isinstance(fresh, dict):
        for key in fresh.keys() & state.keys():
            check_kinds(state[key], fresh[key], f"{path}/{key}")


def _kind(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return f"an array of {value.dtype}"
    kinds = {
        bool: "a truth",
        int: "an integer",
        float: "a number",
        str: "a text",
        dict: "a mapping",
        type(None): "null",
    }
    return kinds.get(type(value), "a list")

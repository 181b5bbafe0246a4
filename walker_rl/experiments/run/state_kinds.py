"""Checks the types of values in a saved state against those of a state at the start of a run."""

from typing import Any

import numpy as np


def check_kinds(state: Any, fresh: Any, path: str = "state") -> None:
    """Compares nested states: where `fresh` has a number, text, array, list or dict, so must `state`.

    Where `fresh` has None, `state` may have a number or an array. An array of bytes, and one that is empty in `fresh`,
    may have any shape. Elements of lists, and keys that only one of them has, are not checked.

    Args:
        state: state read from a checkpoint.
        fresh: state of the same parts, saved before anything happened.
        path: path of both in the whole state, as in "state/learner/num_steps".

    Raises:
        TypeError: if a value is of another kind, or an array of another type or shape.
    """
    kind, expected = _kind(state), _kind(fresh)
    if fresh is None:
        if not isinstance(state, (int, float, np.ndarray, type(None))):
            raise TypeError(f"{path} is {kind}")
    elif kind != expected and (kind, expected) != ("an integer", "a number"):
        raise TypeError(f"{path} is {kind}, not {expected}")
    elif isinstance(fresh, dict):
        for key in fresh.keys() & state.keys():
            check_kinds(state[key], fresh[key], f"{path}/{key}")
    elif isinstance(fresh, np.ndarray) and fresh.size and fresh.dtype != np.uint8 and fresh.shape != state.shape:
        raise TypeError(f"{path} has shape {state.shape}, not {fresh.shape}")


def _kind(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return f"an array of {value.dtype}"
    if value is None:
        return "null"
    kinds = {bool: "a boolean", int: "an integer", float: "a number", str: "a string", dict: "a mapping"}
    return kinds.get(type(value), "a list")

"""The value of a field from what YAML can hold: a number, a name, a list."""

import types
import typing
from typing import Any

from walker_rl.schedules import Linear

_NAMES: dict[Any, str] = {
    int: "an integer",
    float: "a number",
    bool: "true or false",
    str: "a name",
    types.NoneType: "null",
    Linear: "[first, last, begin, end]",
}


def to_field_value(value: Any, annotation: Any) -> Any:
    """Returns `value` as the type of its field.

    Args:
        value: what YAML holds: a bool, number or text, None, or a list of these.
        annotation: type of the field: one of `int`, `float`, `bool`, `str`, `Linear`, a tuple of `int` or `float`, or
            a union of these and None.

    Raises:
        ValueError: if the field can't take it.
    """
    for kind in typing.get_args(annotation) if _is_union(annotation) else (annotation,):
        try:
            return _to_kind(value, kind)
        except (TypeError, ValueError):
            continue
    raise ValueError(f"must be {describe_type(annotation)}")


def describe_type(annotation: Any) -> str:
    """A field's type in words, as in "a number or null"."""
    if _is_union(annotation):
        return " or ".join(map(describe_type, typing.get_args(annotation)))
    if typing.get_origin(annotation) is tuple:
        is_integer = typing.get_args(annotation)[0] is int
        return "a list of integers, as in [256, 256]" if is_integer else "a list of numbers, as in [0.5, 1, 2]"
    return _NAMES[annotation]


def _is_union(annotation: Any) -> bool:
    return typing.get_origin(annotation) in (typing.Union, types.UnionType)


def _to_kind(value: Any, kind: Any) -> Any:
    if kind is Linear:
        first, last, begin, end = value
        return Linear(_to_kind(first, float), _to_kind(last, float), _to_kind(begin, int), _to_kind(end, int))
    if typing.get_origin(kind) is tuple:
        if not isinstance(value, list):
            raise ValueError
        return tuple(_to_kind(item, typing.get_args(kind)[0]) for item in value)
    accepted = {float: (int, float, str), str: (str, int, float)}.get(kind, (kind,))  # YAML reads nan as text.
    if type(value) not in accepted:
        raise ValueError
    return kind(value) if kind is not types.NoneType else None

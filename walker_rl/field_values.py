"""The value of a dataclass's field from what YAML and JSON can hold: numbers, names, lists, mappings.

Imports nothing heavy, since configurations are made with it.
"""

import collections.abc
import dataclasses
import functools
import types
import typing
from typing import Any, TypeVar

from walker_rl.schedules import Linear

_NAMES: dict[Any, str] = {
    int: "an integer",
    float: "a number",
    bool: "true or false",
    str: "a name",
    types.NoneType: "null",
    Linear: "[first, last, begin, end]",
}

T = TypeVar("T")


def to_field_value(value: Any, annotation: Any) -> Any:
    """Returns `value` as the type of its field.

    Args:
        value: what YAML holds: a bool, number or text, None, a list or a mapping of these.
        annotation: type of the field: one of `int`, `float`, `bool`, `str`, `Linear`, a class, a dataclass, `Any`, a
            tuple, sequence or dict of these, or a union of them and None.

    Raises:
        ValueError: if the field can't take it.
    """
    for kind in typing.get_args(annotation) if _is_union(annotation) else (annotation,):
        try:
            return _to_kind(value, kind)
        except (TypeError, ValueError, OverflowError):
            continue
    raise ValueError(f"must be {describe_type(annotation)}")


def to_dataclass(values: Any, kind: type[T]) -> T:
    """Makes a `kind`, a dataclass, from its fields by name, each as `to_field_value` has it.

    Raises:
        ValueError: if a field is missing, unknown or of another type, at any depth, or `kind` itself refuses one.
    """
    annotations = _annotations(kind)  # type: ignore[arg-type]
    known = {field.name for field in dataclasses.fields(kind)}  # type: ignore[arg-type]
    if not isinstance(values, dict) or values.keys() - known:
        raise ValueError(f"must be a mapping of some of {', '.join(sorted(known))}")
    try:
        return kind(**{name: to_field_value(value, annotations[name]) for name, value in values.items()})
    except TypeError as error:  # A field without a default is missing.
        raise ValueError(str(error)) from None


@functools.cache
def _annotations(kind: type) -> dict[str, Any]:
    return typing.get_type_hints(kind)


def describe_type(annotation: Any) -> str:
    """A field's type in words, as in "a number or null"."""
    if _is_union(annotation):
        return " or ".join(map(describe_type, typing.get_args(annotation)))
    if typing.get_origin(annotation) is tuple:
        is_integer = typing.get_args(annotation)[0] is int
        return "a list of integers, as in [256, 256]" if is_integer else "a list of numbers, as in [0.5, 1, 2]"
    return _NAMES.get(annotation, "of another type")


def _is_union(annotation: Any) -> bool:
    return typing.get_origin(annotation) in (typing.Union, types.UnionType)


def _to_kind(value: Any, kind: Any) -> Any:
    if kind is Linear:
        first, last, begin, end = value
        return Linear(_to_kind(first, float), _to_kind(last, float), _to_kind(begin, int), _to_kind(end, int))
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin in (tuple, collections.abc.Sequence):
        if not isinstance(value, list):
            raise ValueError
        items = [to_field_value(item, arguments[0]) for item in value]
        return tuple(items) if origin is tuple else items
    if origin is dict:  # JSON has no keys but texts.
        key_kind, value_kind = arguments
        return {key_kind(key): to_field_value(item, value_kind) for key, item in dict(value).items()}
    if dataclasses.is_dataclass(kind):
        return to_dataclass(value, typing.cast(type, kind))
    if kind is Any or (kind not in _NAMES and isinstance(value, kind)):
        return value
    accepted = {float: (int, float, str), str: (str, int, float)}.get(kind, (kind,))  # YAML reads nan as text.
    if type(value) not in accepted:
        raise ValueError
    return kind(value) if kind is not types.NoneType else None

"""The value of a field from what YAML or JSON can hold: a number, a name, a list, a mapping."""

import dataclasses
import reprlib
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

RecordT = TypeVar("RecordT")


def to_record(values: Any, record: type[RecordT]) -> RecordT:
    """Returns a mapping as a dataclass; a field that it lacks has its default, and unknown fields are left out.

    Raises:
        ValueError: if it is no mapping, lacks a field without a default, or a field can't take its value.
    """
    if not isinstance(values, dict):
        raise ValueError(f"must be a mapping, not {reprlib.repr(values)}")
    fields = {}
    for name, annotation in typing.get_type_hints(record).items():
        if name in values:
            try:
                fields[name] = to_field_value(values[name], annotation)
            except ValueError as error:
                raise ValueError(f"{name} = {reprlib.repr(values[name])}: {error}") from None
    try:
        return record(**fields)
    except TypeError as error:
        raise ValueError(str(error)) from None


def to_field_value(value: Any, annotation: Any) -> Any:
    """Returns `value` as the type of its field.

    Args:
        value: what YAML holds: a bool, number or text, None, or a list of these.
        annotation: type of the field: one of `int`, `float`, `bool`, `str`, `Linear`, a dataclass, a tuple or
            `dict[str, ...]` of these, or a union of them and None.

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
    return _NAMES.get(annotation, "a mapping")


def _is_union(annotation: Any) -> bool:
    return typing.get_origin(annotation) in (typing.Union, types.UnionType)


def _to_kind(value: Any, kind: Any) -> Any:
    if kind is Linear:
        first, last, begin, end = value
        return Linear(_to_kind(first, float), _to_kind(last, float), _to_kind(begin, int), _to_kind(end, int))
    if typing.get_origin(kind) is tuple:
        if not isinstance(value, list):
            raise ValueError
        kinds = typing.get_args(kind)
        if kinds[-1] is Ellipsis:
            kinds = kinds[:1] * len(value)
        return tuple(to_field_value(item, each) for item, each in zip(value, kinds, strict=True))
    if typing.get_origin(kind) is dict:
        if not isinstance(value, dict):
            raise ValueError
        return {str(key): to_field_value(item, typing.get_args(kind)[1]) for key, item in value.items()}
    if dataclasses.is_dataclass(kind):
        return to_record(value, typing.cast(type, kind))
    accepted = {float: (int, float, str), str: (str, int, float)}.get(kind, (kind,))  # YAML reads nan as text.
    if type(value) not in accepted:
        raise ValueError
    return kind(value) if kind is not types.NoneType else None

"""Conversion of YAML and JSON values (numbers, names, lists, mappings) to the fields of dataclasses.

Imports nothing heavy, since every configuration needs it.
"""

import collections.abc
import dataclasses
import functools
import json
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
    """Returns a mapping as a dataclass; missing fields get their defaults, and unknown ones are ignored.

    Raises:
        ValueError: if it is not a mapping, lacks a field without a default, a field can't take its value, or `record`
            refuses the whole.
    """
    if not isinstance(values, dict):
        raise ValueError(f"must be a mapping, not {reprlib.repr(values)}")
    fields = {}
    for name, annotation in annotations(record).items():  # type: ignore[arg-type]
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
        value: YAML value: a bool, number or text, None, a list or a mapping of these.
        annotation: type of the field: one of `int`, `float`, `bool`, `str`, `Linear`, a class, a dataclass, `Any`, a
            tuple, sequence or dict of these, or a union of them and None.

    Raises:
        ValueError: if the field can't take it.
    """
    for kind in _kinds(annotation):
        if type(value) is kind:
            return value
        try:
            return _to_kind(value, kind)
        except (TypeError, ValueError, OverflowError):
            continue
    # As a name, 1.10 and 2024_01_15 would be 1.1 and 20240115.
    hint = "; a number is a name only in quotes" if str in _kinds(annotation) and type(value) in (int, float) else ""
    raise ValueError(f"must be {describe_type(annotation)}{hint}")


@functools.cache
def annotations(kind: type) -> dict[str, Any]:
    """Types of a class's fields, by name."""
    return typing.get_type_hints(kind)


@functools.cache
def _kinds(annotation: Any) -> tuple[Any, ...]:
    return typing.get_args(annotation) if _is_union(annotation) else (annotation,)


def describe_type(annotation: Any) -> str:
    """A field's type in words, as in "a number or null"."""
    if _is_union(annotation):
        return " or ".join(map(describe_type, typing.get_args(annotation)))
    if typing.get_origin(annotation) is tuple:
        is_integer = typing.get_args(annotation)[0] is int
        return "a list of integers, as in [256, 256]" if is_integer else "a list of numbers, as in [0.5, 1, 2]"
    return _NAMES.get(annotation, "a mapping")


def shown(value: Any) -> str:
    """Writes a value in one line, in YAML's words: null, true, [256, 256], {length: 3}; an empty text is ''."""
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(shown, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{shown(key)}: {shown(item)}' for key, item in value.items())}}}"
    return " ".join(str(value).split()) or "''"


@functools.cache
def _form(kind: Any) -> tuple[Any, tuple[Any, ...]]:
    return typing.get_origin(kind), typing.get_args(kind)


def _is_union(annotation: Any) -> bool:
    return typing.get_origin(annotation) in (typing.Union, types.UnionType)


def _to_kind(value: Any, kind: Any) -> Any:
    if kind is Linear:
        first, last, begin, end = value
        return Linear(_to_kind(first, float), _to_kind(last, float), _to_kind(begin, int), _to_kind(end, int))
    origin, arguments = _form(kind)
    if origin in (tuple, collections.abc.Sequence):
        if not isinstance(value, list):
            raise ValueError
        kinds = arguments if arguments[-1] is not Ellipsis and origin is tuple else arguments[:1] * len(value)
        items = [to_field_value(item, each) for item, each in zip(value, kinds, strict=True)]
        return tuple(items) if origin is tuple else items
    if origin is dict:  # JSON keys are always text.
        if not isinstance(value, dict):
            raise ValueError
        key_kind, value_kind = arguments
        return {key_kind(key): to_field_value(item, value_kind) for key, item in value.items()}
    if dataclasses.is_dataclass(kind):
        return to_record(value, typing.cast(type, kind))
    if kind is Any or (kind not in _NAMES and isinstance(value, kind)):
        return value
    accepted = {float: (int, float, str)}.get(kind, (kind,))  # YAML reads nan as text.
    if type(value) not in accepted:
        raise ValueError
    return kind(value) if kind is not types.NoneType else None

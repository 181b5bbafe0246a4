"""Describes a command's wrong words, in one line that names the field, the value and what is allowed."""

import ast
import os
import re
import typing
from collections.abc import Sequence
from typing import Any

import typer

from walker_rl.errors import did_you_mean

_SURPLUS = re.compile(r"Got unexpected extra argument\(s\) \((.*)\)", re.DOTALL)
"""Typer's message on surplus words; nothing else in the exception holds them."""

_UNREADABLE = re.compile(r"\w+ (.*) is not readable\.", re.DOTALL)
"""Typer's message on an unreadable path; nothing else in the exception holds the path."""


def describe(error: typer.TyperException) -> str:
    """Returns the line for an exception of Typer's parser, whose own message often leaves out the value."""
    found: Any = error
    if parameter := getattr(found, "param", None):
        if unreadable := _UNREADABLE.fullmatch(found.message):
            return f"{_field(parameter.opts)} = {ast.literal_eval(unreadable[1])}: must be a path that can be read"
        return _describe_parameter(parameter, found.__cause__)
    if hasattr(found, "possibilities"):
        names = [name for one in found.ctx.command.get_params(found.ctx) for name in one.opts]
        return f"option = {found.option_name}: unknown{did_you_mean(found.option_name, names)}"
    if hasattr(found, "option_name"):
        form = "with" if "requires" in found.message else "without"
        return f"{_field([found.option_name])}: must be given {form} a value"
    if surplus := _SURPLUS.fullmatch(found.format_message()):
        advice = "; does a pattern match several paths?" if os.path.exists(surplus[1].split(" ")[0]) else ""
        return f"argument = {surplus[1]}: must not be given{advice}"
    return found.format_message()


def _field(options: Sequence[str]) -> str:
    """Returns an option's name as that of a field, as in "num_actors" for ["--num-actors"]."""
    return max(options, key=len).lstrip("-").replace("-", "_")


def _describe_parameter(parameter: Any, cause: Any) -> str:
    """Describes what a parameter takes, and the value that it was given, if it was."""
    described = parameter.type_descriptor
    choices = ", ".join(getattr(one, "value", str(one)) for one in described.choices or ())
    if cause is None:
        return f"{_field(parameter.opts)}: must be given{choices and f', one of {choices}'}"
    value = cause.errors()[0]["input"] or "''"
    allowed = f"one of {choices}" if choices else _number(described.annotation, described.parameter_info)
    return f"{_field(parameter.opts)} = {value}: must be {allowed}"


def _number(annotation: Any, limits: Any) -> str:
    """Describes the numbers of a type between limits, as in "an integer of at least 1"."""
    kind = "a number" if float in (annotation, *typing.get_args(annotation)) else "an integer"
    if limits.min is None:
        return kind
    return f"{kind} of at least {limits.min:,}" if limits.max is None else f"{kind} in [{limits.min:,}, {limits.max:,}]"

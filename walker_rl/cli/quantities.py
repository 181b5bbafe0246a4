"""Parses quantities as a user types them: 300k environment steps, 1h30m of training."""

import re
from collections.abc import Callable
from typing import Any

import typer

from walker_rl.counts import parse_count
from walker_rl.errors import UserError
from walker_rl.field_values import shown
from walker_rl.hyperparameters import LARGEST

_DURATION = re.compile(r"(?:(\d+(?:\.\d+)?)h)?(?:(\d+(?:\.\d+)?)m)?(?:(\d+(?:\.\d+)?)s)?")
_SECONDS = (3600, 60, 1)


def integer_option(*names: str, min: int | None = None, max: int | None = None, **about: Any) -> Any:
    """Makes an option that takes an integer, also as "1e5", "300k" or "1M".

    Args:
        *names: the option's names, by default that of the parameter.
        min: least value; None for no bound.
        max: greatest value; None for no bound.
        **about: other arguments of `typer.Option`.
    """

    def parse(value: object) -> int:
        number = parse_count(str(value))  # A default is an integer already.
        if (min is not None and number < min) or (max is not None and number > max):
            raise ValueError  # Typer describes the range.
        return number

    return typer.Option(*names, min=min, max=max, parser=parse, **about)


def steps_parser(option: str) -> Callable[[str], int]:
    """Makes the parser of an option's number of environment steps, as in "5000", "1e5", "300k" or "1M".

    It raises a `UserError` that names the option if the text is no whole number of that form, or too large.
    """

    def parse_steps(text: str) -> int:
        try:
            steps = parse_count(text)
        except ValueError as error:
            raise UserError(f"{option} = {shown(text)}: {error}") from None
        if steps > LARGEST:
            raise UserError(f"{option} = {text}: must be at most {LARGEST:g}")
        return steps

    return parse_steps


def parse_duration(text: str) -> float:
    """Parses a duration, as in "90s", "30m", "2h" or "1h30m".

    Returns:
        Seconds.

    Raises:
        UserError: if the text has another form.
    """
    match = _DURATION.fullmatch(text)
    if not text or not match:
        raise UserError(f"for = {shown(text)}: must be a duration, as in 90s, 30m, 2h or 1h30m")
    return sum(float(number or 0) * seconds for number, seconds in zip(match.groups(), _SECONDS, strict=True))

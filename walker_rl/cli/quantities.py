"""Parses quantities as a user types them: 300k environment steps, 1h30m of training."""

import re
from collections.abc import Callable

from walker_rl.counts import parse_count
from walker_rl.errors import UserError

_DURATION = re.compile(r"(?:(\d+(?:\.\d+)?)h)?(?:(\d+(?:\.\d+)?)m)?(?:(\d+(?:\.\d+)?)s)?")
_SECONDS = (3600, 60, 1)


def steps_parser(option: str) -> Callable[[str], int]:
    """Makes the parser of an option's number of environment steps, as in "5000", "1e5", "300k" or "1M".

    It raises a `UserError` that names the option if the text is no whole number of that form.
    """

    def parse_steps(text: str) -> int:
        try:
            return parse_count(text)
        except ValueError as error:
            raise UserError(f"{option} = {text}: {error}") from None

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
        raise UserError(f"for = {text}: must be a duration, as in 90s, 30m, 2h or 1h30m")
    return sum(float(number or 0) * seconds for number, seconds in zip(match.groups(), _SECONDS, strict=True))

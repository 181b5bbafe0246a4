"""Whole numbers as a user types them (5000, 1e5, 300k, 1M), and the limits on them."""

import re
from fractions import Fraction

MAX_EPISODES = 100_000
"""Maximum number of episodes of an evaluation that a user requests."""

_FORM = re.compile(r"([+-]?\d{1,30}(?:\.\d{1,30})?(?:e\+?\d{1,2})?)([kM]?)", re.IGNORECASE)
_FACTORS = {"": 1, "k": 1_000, "m": 1_000_000}


def parse_count(text: str) -> int:
    """Parses a whole number.

    Raises:
        ValueError: if the text is no whole number of that form.
    """
    match = _FORM.fullmatch(text)
    count = Fraction(match[1]) * _FACTORS[match[2].lower()] if match else None
    if count is None or count.denominator != 1:
        raise ValueError("must be a whole number, as in 5000, 1e5, 300k or 1M")
    return count.numerator

"""Ranges of hyperparameters for a search, declared beside an agent's configuration in `search_space.py`.

Imports nothing beyond the standard library.
"""

import dataclasses
from collections.abc import Mapping
from typing import Any


@dataclasses.dataclass(frozen=True)
class Floats:
    """Numbers from `low` to `high`, drawn evenly, or evenly in their logarithm."""

    low: float
    high: float
    log: bool = False


@dataclasses.dataclass(frozen=True)
class Integers:
    """Integers from `low` to `high`, both included, drawn evenly, or evenly in their logarithm."""

    low: int
    high: int
    log: bool = False


@dataclasses.dataclass(frozen=True)
class Choices:
    """Values to choose from, without an order."""

    values: tuple[Any, ...]


Range = Floats | Integers | Choices

SearchSpace = Mapping[str, Range]
"""Ranges by the name of a field of the agent's configuration."""

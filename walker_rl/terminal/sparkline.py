"""A curve in one line of text."""

import itertools
import math
from collections.abc import Sequence

LEVELS = "▁▂▃▄▅▆▇█"


def sparkline(values: Sequence[float], width: int) -> str:
    """Draws the finite numbers, scaled to their range, in at most `width` characters, each the mean of its part."""
    values = [value for value in values if math.isfinite(value)]
    num_parts = min(width, len(values))
    ends = [len(values) * index // num_parts for index in range(num_parts + 1)] if num_parts else []
    means = [sum(values[start:end]) / (end - start) for start, end in itertools.pairwise(ends)]
    low, high = min(means, default=0.0), max(means, default=0.0)
    scale = (len(LEVELS) - 1) / (high - low) if high > low else 0.0
    return "".join(LEVELS[round((value - low) * scale)] for value in means)

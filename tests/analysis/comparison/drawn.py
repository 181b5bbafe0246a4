"""Groups of runs to draw, and the places of texts in a figure."""

import numpy as np
from matplotlib.text import Text

from tests.analysis.made_runs import run
from walker_rl.agents import agent_names

GROUPS = [*agent_names(), "d4pg + gait"]


def made(groups, ends=None, seeds=2):
    """Runs of each group, whose last evaluations return `ends`."""
    return {
        group: [
            run(f"{group}{seed}", np.linspace(0, end + seed, 6), group=group, last=end + seed) for seed in range(seeds)
        ]
        for group, end in zip(groups, ends or range(100, 100 * len(groups) + 1, 100), strict=True)
    }


def boxes(texts):
    """Extents of texts; an annotation's line does not count."""
    for text in texts:
        text.get_window_extent()  # Puts an annotation where it belongs.
    return [Text.get_window_extent(text) for text in texts]

"""Strip plots: a row for each group, with its seeds as points and its statistic with the interval above."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from walker_rl.analysis.comparison.style import Style, group_label
from walker_rl.analysis.statistic_names import MEAN, STATISTIC
from walker_rl.analysis.statistics import Estimate, estimate
from walker_rl.analysis.tables import Row

ROW_HEIGHT = 0.42
"""Height of a row, in inches."""

MAX_LETTERS = 40
"""Most letters per line of a row's name."""

NUM_LETTERS = 20
"""Letters of a name for which a figure has room; more make it wider."""

LETTER_WIDTH, LINE_HEIGHT = 0.07, 0.15
"""Size of a letter, in inches."""

POINT: dict[str, Any] = {"markersize": 4.5, "alpha": 0.7, "linestyle": ""}
"""Style of one seed's point."""


def tabulate_strip(group: str, values: Mapping[str, float], quantity: str, statistic: str = STATISTIC) -> list[Row]:
    """Returns rows of `quantity` for each run, by name in `values`, and for the whole group; omits nan.

    The group has its IQM with an interval, or its mean without one.
    """
    known = {name: value for name, value in values.items() if np.isfinite(value)}
    rows: list[Row] = [
        {"group": group, "series": name, quantity: value, "low": None, "high": None} for name, value in known.items()
    ]
    if known:
        seeds = np.array(list(known.values()))
        result = Estimate(np.mean(seeds), None, None) if statistic == MEAN else estimate([seeds])
        rows.append({"group": group, "series": statistic, quantity: float(result.value), **result.interval()})
    return rows


def draw_strip(
    axes: Axes,
    rows: Sequence[Row],
    quantity: str,
    groups: Sequence[str],
    looks: Mapping[str, Style],
    hollow: bool = False,
) -> None:
    """Draws the rows of `tabulate_strip` of all groups, with or without values, the first on top.

    Args:
        axes: the panel.
        rows: the rows.
        quantity: the column to draw.
        groups: names of the groups in the picture.
        looks: their styles.
        hollow: whether points are rings.
    """
    places = {group: place for place, group in enumerate(groups)}
    for row in rows:
        look, y, x = looks[row["group"]], places[row["group"]], row[quantity]
        if row["series"] not in (STATISTIC, MEAN):
            face = "none" if hollow else look.colour
            axes.plot(x, y + 0.14, marker=look.marker, color=look.colour, markerfacecolor=face, **POINT)
        elif not hollow:
            if row["low"] is not None:
                ends = [row["low"], row["high"]]
                axes.plot(ends, [y - 0.18] * 2, color=look.colour, linewidth=4, alpha=0.4, solid_capstyle="butt")
            axes.plot(x, y - 0.18, marker="|", markersize=11, markeredgewidth=2.2, color=look.colour)
    name_rows(axes, map(row_name, groups))


def row_name(group: str) -> str:
    """Returns a group's name beside its row, on as many lines as it needs."""
    return group_label(group, width=MAX_LETTERS)


def room_for(names: Iterable[str]) -> tuple[float, float]:
    """Returns the inches that the names of rows add to a figure's width, and to the height of each row."""
    lines = [name.split("\n") for name in names]
    num_letters = max(len(line) for of_name in lines for line in of_name)
    return LETTER_WIDTH * max(0, num_letters - NUM_LETTERS), LINE_HEIGHT * (max(map(len, lines)) - 1)


def name_rows(axes: Axes, names: Iterable[str]) -> None:
    """Names the rows of a picture, the first on top."""
    labels = list(names)
    axes.set_yticks(range(len(labels)), labels)
    axes.set_ylim(len(labels) - 0.5, -0.5)
    axes.grid(visible=False, axis="y")

"""Performance profiles: the share of runs whose last policy returns more than tau (Agarwal et al. 2021, section 4)."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure

from walker_rl.analysis.compared_run import Groups, last_returns
from walker_rl.analysis.comparison.panels import Curve, draw_panels
from walker_rl.analysis.comparison.style import Style
from walker_rl.analysis.statistics import estimate, performance_profile
from walker_rl.analysis.tables import Row, distinct

NUM_THRESHOLDS = 101

MARGIN = 0.05
"""Share of the width below the lowest return if that is negative: the share of runs above it begins at 1."""


def tabulate(groups: Groups) -> list[Row]:
    """Returns rows of `group`, `tau`, `share`, `low`, `high` and `num_seeds`, for complete runs."""
    returns = last_returns(groups)
    if not returns:
        return []
    every = np.concatenate(list(returns.values()))
    low, high = min(0.0, every.min()), max(0.0, every.max())
    thresholds = np.linspace(low + MARGIN * (low - high) if low < 0 else low, high, NUM_THRESHOLDS)
    rows: list[Row] = []
    for group, values in returns.items():
        result = estimate([values], lambda drawn: performance_profile(drawn, thresholds))
        for index, (tau, share) in enumerate(zip(thresholds, result.value, strict=True)):
            row = {"group": group, "tau": tau, "share": share, **result.interval(index), "num_seeds": len(values)}
            rows.append(row)
    return rows


def draw(tasks: Mapping[str, Sequence[Row]], looks: Mapping[str, Style]) -> Figure:
    """Draws a panel for each group of each task, with the groups' `looks`."""
    curves = {
        task: {group: _curve([row for row in rows if row["group"] == group]) for group in distinct(rows, "group")}
        for task, rows in tasks.items()
    }
    figure = draw_panels(
        curves, looks, "return tau of the final evaluation", "share of runs above tau", "share", is_stepped=True
    )
    for axes in figure.axes:
        axes.set_ylim(-0.02, 1.02)
    return figure


def _curve(rows: Sequence[Row]) -> Curve:
    tau, share, low, high = (np.array([row[name] for row in rows]) for name in ("tau", "share", "low", "high"))
    return Curve(tau, share, None if rows[0]["low"] is None else (low, high), rows[0]["num_seeds"])

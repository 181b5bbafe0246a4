"""Performance profiles: the share of runs whose last policy returns more than tau (Agarwal et al. 2021, section 4)."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from walker_rl.analysis.comparison.style import counted, styles
from walker_rl.analysis.runs import Groups, last_returns
from walker_rl.analysis.statistics import estimate, performance_profile
from walker_rl.analysis.tables import Row
from walker_rl.printable import plain

NUM_THRESHOLDS = 101


def tabulate(groups: Groups) -> list[Row]:
    """Rows of `group`, `tau`, `share`, `low`, `high` and `num_seeds`, of complete runs."""
    returns = last_returns(groups)
    if not returns:
        return []
    every = np.concatenate(list(returns.values()))
    thresholds = np.linspace(min(0.0, every.min()), max(0.0, every.max()), NUM_THRESHOLDS)
    rows: list[Row] = []
    for group, values in returns.items():
        result = estimate([values], lambda drawn: performance_profile(drawn, thresholds))
        for index, (tau, share) in enumerate(zip(thresholds, result.value, strict=True)):
            row = {"group": group, "tau": tau, "share": share, **result.interval(index), "num_seeds": len(values)}
            rows.append(row)
    return rows


def draw(tasks: Mapping[str, Sequence[Row]]) -> Figure:
    """A panel for each task."""
    figure = Figure(figsize=(6.4 * len(tasks), 3.8), layout="constrained")
    for axes, (task, rows) in zip(figure.subplots(1, len(tasks), squeeze=False)[0], tasks.items(), strict=True):
        _draw_task(axes, rows)
        axes.set(
            title=plain(task),
            xlabel="return tau of the final evaluation",
            ylabel="share of runs above tau",
            ylim=(-0.02, 1.02),
        )
    return figure


def _draw_task(axes: Axes, rows: Sequence[Row]) -> None:
    groups = dict.fromkeys(row["group"] for row in rows)
    for group, look in styles(groups).items():
        points = [row for row in rows if row["group"] == group]
        tau, share = ([point[name] for point in points] for name in ("tau", "share"))
        label = f"{plain(group)} ({counted(points[0]['num_seeds'], 'seed')})"
        axes.plot(tau, share, color=look.colour, linestyle=look.dashes, drawstyle="steps-post", label=label)
        if points[0]["low"] is not None:
            low, high = ([point[end] for point in points] for end in ("low", "high"))
            axes.fill_between(tau, low, high, color=look.colour, alpha=0.1, linewidth=0, step="post")
    axes.legend(loc="best")

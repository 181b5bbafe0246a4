"""Learning curves: the interquartile mean of a group with its interval, every seed behind it."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from walker_rl.analysis.comparison.style import Style, counted, styles
from walker_rl.analysis.runs import Groups, Run
from walker_rl.analysis.statistics import STATISTIC, estimate
from walker_rl.analysis.tables import Row
from walker_rl.printable import plain

NUM_TIMES = 100
"""Points of a curve over time, on which no two seeds' evaluations agree."""

LABELS = {"actor_steps": "environment steps", "walltime": "wall-clock time (minutes)"}


def tabulate(groups: Groups, axis: str) -> list[Row]:
    """The points of all curves of a task over `axis`, "actor_steps" or "walltime" in seconds.

    Returns:
        Rows of `group`, `series`, the axis, `return`, and for the statistic `low`, `high` and `num_seeds`. The
        statistic goes as far as every seed of the group does: beyond, it would be of another group.
    """
    rows = []
    for group, runs in groups.items():
        for run in runs:
            rows += [_row(group, run.name, axis, x, y) for x, y in zip(*_points(run, axis), strict=True)]
        curves = [points for run in runs if len((points := _points(run, axis))[0])]
        grid = _common_grid([x for x, _ in curves], axis)
        values = np.stack([np.interp(grid, x, y) for x, y in curves], axis=-1) if len(grid) else np.empty((0, 1))
        result = estimate([values])
        for index, (x, y) in enumerate(zip(grid, result.value, strict=True)):
            row = _row(group, STATISTIC, axis, x, y)
            rows.append({**row, **result.interval(index), "num_seeds": len(curves)})
    return rows


def draw(tasks: Mapping[str, Sequence[Row]], axis: str) -> Figure:
    """A panel for each task, from the rows of `tabulate`."""
    figure = Figure(figsize=(6.4 * len(tasks), 4.2), layout="constrained")
    for axes, (task, rows) in zip(figure.subplots(1, len(tasks), squeeze=False)[0], tasks.items(), strict=True):
        _draw_task(axes, rows, axis)
        axes.set(title=plain(task), xlabel=LABELS[axis], ylabel="evaluation return", xlim=(0, None))
        axes.legend(loc="best")
        if axis == "actor_steps":
            axes.xaxis.set_major_formatter("{x:,.0f}")
    return figure


def _draw_task(axes: Axes, rows: Sequence[Row], axis: str) -> None:
    series: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        series.setdefault((row["group"], row["series"]), []).append(row)
    looks = styles({group for group, _ in series})
    for (group, name), points in series.items():
        x = np.array([point[axis] for point in points]) / (60 if axis == "walltime" else 1)
        y = [point["return"] for point in points]
        if name == STATISTIC:
            _draw_statistic(axes, looks[group], group, points, x)
        else:
            axes.plot(x, y, color=looks[group].colour, linewidth=0.6, alpha=0.35)


def _draw_statistic(axes: Axes, look: Style, group: str, points: Sequence[Row], x: np.ndarray) -> None:
    label = f"{plain(group)} ({counted(points[0]['num_seeds'], 'seed')})"
    y = [point["return"] for point in points]
    marks = max(1, len(x) // 8)
    axes.plot(
        x, y, color=look.colour, linestyle=look.dashes, marker=look.marker, markevery=marks, markersize=4, label=label
    )
    if points[0]["low"] is not None:
        low, high = ([point[end] for point in points] for end in ("low", "high"))
        axes.fill_between(x, low, high, color=look.colour, alpha=0.15, linewidth=0)


def _points(run: Run, axis: str) -> tuple[np.ndarray, np.ndarray]:
    x: np.ndarray = getattr(run, axis)
    known = np.isfinite(x)
    return x[known], run.returns[known]


def _common_grid(seeds: Sequence[np.ndarray], axis: str) -> np.ndarray:
    """Where every seed has been: the union of their steps, or times that are spaced evenly."""
    if not seeds:
        return np.array([])
    first, last = max(x[0] for x in seeds), min(x[-1] for x in seeds)
    if axis == "walltime":
        return np.linspace(first, last, NUM_TIMES) if first <= last else np.array([])
    union = np.unique(np.concatenate(seeds))
    return union[(union >= first) & (union <= last)]


def _row(group: str, series: str, axis: str, x: float, y: float) -> Row:
    return {"group": group, "series": series, axis: x, "return": y, "low": None, "high": None, "num_seeds": None}

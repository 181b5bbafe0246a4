"""Learning curves: a group's interquartile mean with its interval, and every seed behind it."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import EngFormatter, MaxNLocator

from walker_rl.analysis.compared_run import ComparedRun, Groups
from walker_rl.analysis.comparison.panels import Curve, draw_panels
from walker_rl.analysis.comparison.style import Style, time_unit
from walker_rl.analysis.statistic_names import STATISTIC
from walker_rl.analysis.statistics import estimate
from walker_rl.analysis.tables import Row

NUM_TIMES = 100
"""Points of a curve over time, where the seeds' evaluations do not coincide."""

LABELS = {"actor_steps": "environment steps", "walltime": "wall-clock time"}


def tabulate(groups: Groups, axis: str) -> list[Row]:
    """Returns the points of a task's curves over `axis`, "actor_steps" or "walltime" in seconds.

    Returns:
        Rows of `group`, `series`, the axis, `return`, and for the statistic `low`, `high` and `num_seeds`. The
        statistic ends with the group's shortest seed: beyond, it would describe other seeds.
    """
    rows = []
    for group, runs in groups.items():
        for run in runs:
            rows += [_row(group, run.name, axis, x, y) for x, y in zip(*_points(run, axis), strict=True)]
        curves = [points for run in runs if len((points := _points(run, axis))[0])]
        grid = _common_grid([x for x, _ in curves], axis)
        if not len(grid):  # As with a young run whose only evaluation was before another's first.
            continue
        result = estimate([np.stack([np.interp(grid, x, y) for x, y in curves], axis=-1)])
        for index, (x, y) in enumerate(zip(grid, result.value, strict=True)):
            row = _row(group, STATISTIC, axis, x, y)
            rows.append({**row, **result.interval(index), "num_seeds": len(curves)})
    return rows


def draw(tasks: Mapping[str, Sequence[Row]], looks: Mapping[str, Style], axis: str) -> Figure:
    """Draws a panel for each group of each task, with the groups' `looks`, from the rows of `tabulate`."""
    label, unit = LABELS[axis], 1.0
    if axis == "walltime":
        name, unit = time_unit(max(row[axis] for rows in tasks.values() for row in rows))
        label = f"{label} ({name})"
    curves = {task: curves_of(rows, axis, unit) for task, rows in tasks.items()}
    figure = draw_panels(curves, looks, label, "evaluation return", STATISTIC)
    for axes in figure.axes:
        axes.set_xlim(0, None)
        axes.xaxis.set_major_locator(MaxNLocator(nbins=4, steps=[1, 2, 2.5, 5, 10], integer=axis == "actor_steps"))
        if axis == "actor_steps":
            axes.xaxis.set_major_formatter(EngFormatter(sep=""))
    return figure


def curves_of(rows: Sequence[Row], axis: str, unit: float = 1.0) -> dict[str, Curve]:
    """Returns each group's curve over steps or time, from the rows of `tabulate`; `unit` has the seconds of a unit."""
    series: dict[str, dict[str, list[Row]]] = {}
    for row in rows:
        series.setdefault(row["group"], {}).setdefault(row["series"], []).append(row)
    return {group: _curve(of_group, axis, unit) for group, of_group in series.items()}


def _curve(series: Mapping[str, Sequence[Row]], axis: str, unit: float) -> Curve:
    statistic = series.get(STATISTIC, [])
    seeds = [_line(rows, axis, unit) for name, rows in series.items() if name != STATISTIC]
    has_interval = bool(statistic) and statistic[0]["low"] is not None
    low, high = (np.array([row[end] for row in statistic]) for end in ("low", "high"))
    num_seeds = statistic[0]["num_seeds"] if statistic else 0
    return Curve(*_line(statistic, axis, unit), (low, high) if has_interval else None, num_seeds, seeds)


def _line(rows: Sequence[Row], axis: str, unit: float) -> tuple[np.ndarray, np.ndarray]:
    x, y = (np.array([row[name] for row in rows], float) for name in (axis, "return"))
    return x / unit, y


def _points(run: ComparedRun, axis: str) -> tuple[np.ndarray, np.ndarray]:
    x: np.ndarray = getattr(run, axis)
    known = np.isfinite(x)
    return x[known], run.returns[known]


def _common_grid(seeds: Sequence[np.ndarray], axis: str) -> np.ndarray:
    """Positions that all seeds cover: the union of their steps, or evenly spaced times."""
    if not seeds:
        return np.array([])
    first, last = max(x[0] for x in seeds), min(x[-1] for x in seeds)
    if axis == "walltime":
        return np.unique(np.linspace(first, last, NUM_TIMES)) if first <= last else np.array([])
    union = np.unique(np.concatenate(seeds))
    return union[(union >= first) & (union <= last)]


def _row(group: str, series: str, axis: str, x: float, y: float) -> Row:
    return {"group": group, "series": series, axis: x, "return": y, "low": None, "high": None, "num_seeds": None}

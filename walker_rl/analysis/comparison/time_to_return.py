"""Time to a return: the steps and seconds after which each seed's evaluations first reached it."""

import itertools
from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure
from matplotlib.ticker import EngFormatter, MaxNLocator

from walker_rl.analysis.compared_run import Groups
from walker_rl.analysis.comparison.layout import ReproducibleLayout
from walker_rl.analysis.comparison.strip import POINT, ROW_HEIGHT, name_rows, room_for, row_name
from walker_rl.analysis.comparison.style import Style, time_unit
from walker_rl.analysis.statistic_names import MEDIAN
from walker_rl.analysis.statistics import when_reached
from walker_rl.analysis.tables import Row, distinct
from walker_rl.printable import plain

AXES = ("actor_steps", "walltime")


def round_thresholds(groups: Groups) -> tuple[float, ...]:
    """Some round returns between the runs' median first evaluation and the best evaluation of any run."""
    runs = [run for runs in groups.values() for run in runs]
    low, high = np.median([run.returns[0] for run in runs]), max(run.returns.max() for run in runs)
    ticks = MaxNLocator(nbins=5, steps=[1, 2, 5, 10]).tick_values(low, high)
    return tuple(float(tick) for tick in ticks if low < tick <= high)


def tabulate(groups: Groups, thresholds: Sequence[float]) -> list[Row]:
    """Returns rows of `threshold`, `group`, `series`, `actor_steps`, `walltime` and `num_censored`.

    The default thresholds are round returns. A seed that never reached the threshold is censored at the end of its run
    and has no steps and no time. The median counts such seeds as later than all others. It is empty where half or
    more are censored, where a censored run is shorter than the median, or where the time of one that reached the
    threshold is not recorded.
    """
    rows: list[Row] = []
    for threshold, (group, runs) in itertools.product(thresholds or round_thresholds(groups), groups.items()):
        returns = [run.returns for run in runs]
        reached = {axis: when_reached([getattr(run, axis) for run in runs], returns, threshold) for axis in AXES}
        key: Row = {"threshold": threshold, "group": group}
        for index, run in enumerate(runs):
            costs = {axis: _finite(reached[axis].costs[index]) for axis in AXES}
            rows.append({**key, "series": run.name, **costs, "num_censored": int(costs["actor_steps"] is None)})
        medians = {axis: _finite(reached[axis].median) for axis in AXES}
        num_censored = int(np.isinf(reached["actor_steps"].costs).sum())
        rows.append({**key, "series": MEDIAN, **medians, "num_censored": num_censored})
    return rows


def draw(tasks: Mapping[str, Sequence[Row]], looks: Mapping[str, Style]) -> Figure:
    """Draws two rows of panels for each task, in steps and in time, with the groups' `looks`; a panel a threshold."""
    num_columns = max(len(distinct(rows, "threshold")) for rows in tasks.values())
    num_groups = max(len(distinct(rows, "group")) for rows in tasks.values())
    width, height = room_for(row_name(row["group"]) for rows in tasks.values() for row in rows)
    size = (1.0 + 2.6 * num_columns + width, 2 * len(tasks) * (0.9 + (ROW_HEIGHT * 0.75 + height) * num_groups))
    figure = Figure(figsize=size, layout=ReproducibleLayout())
    blocks = figure.subfigures(len(tasks), 1, squeeze=False)[:, 0]
    for block, (task, rows) in zip(blocks, tasks.items(), strict=True):
        block.suptitle(plain(task))
        _draw_task(block, rows, {group: looks[group] for group in distinct(rows, "group")}, num_columns)
    return figure


def _draw_task(block: SubFigure, rows: Sequence[Row], looks: Mapping[str, Style], num_columns: int) -> None:
    thresholds = distinct(rows, "threshold")
    grid = block.subplots(2, num_columns, squeeze=False, sharey="row", sharex="row")
    for axis, line in zip(AXES, grid, strict=True):
        longest = max([1.0, *(row[axis] for row in rows if row[axis] is not None)])
        name, unit = time_unit(longest) if axis == "walltime" else ("", 1.0)
        line[0].set_xlim(0, 1.35 * longest / unit)  # Room for the notes.
        for panel in line[len(thresholds) :]:
            panel.set_visible(False)
        for panel, threshold in zip(line, thresholds, strict=False):
            _draw_panel(panel, [row for row in rows if row["threshold"] == threshold], axis, unit, looks)
            panel.set(
                title=f"return {threshold:,g}" if axis == "actor_steps" else None,
                xlabel=f"wall-clock {name}" if name else "environment steps",
            )


def _draw_panel(axes: Axes, rows: Sequence[Row], axis: str, unit: float, looks: Mapping[str, Style]) -> None:
    places = {group: place for place, group in enumerate(looks)}
    for row in rows:
        look, place, cost = looks[row["group"]], places[row["group"]], row[axis]
        if row["series"] != MEDIAN and cost is not None:
            axes.plot(cost / unit, place, marker=look.marker, color=look.colour, **POINT)
        elif row["series"] == MEDIAN:
            if cost is not None:
                axes.plot(cost / unit, place, marker="|", markersize=13, markeredgewidth=2.2, color=look.colour)
            if row["num_censored"]:
                note = f"{row['num_censored']} never"
                right = axes.get_yaxis_transform()
                axes.text(1.0, place, note, transform=right, ha="right", va="bottom", fontsize=7)
    name_rows(axes, map(row_name, looks))
    axes.xaxis.set_major_locator(MaxNLocator(nbins=5, integer=True))
    axes.xaxis.set_major_formatter(EngFormatter(sep="") if axis == "actor_steps" else "{x:,g}")


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None

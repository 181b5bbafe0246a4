"""Small multiples: a panel for each group, with the other groups' curves in grey behind its own."""

import dataclasses
import math
from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from walker_rl.analysis.comparison.layout import ReproducibleLayout
from walker_rl.analysis.comparison.style import Style, add_legend, group_label, point_marker
from walker_rl.analysis.statistic_names import STATISTIC
from walker_rl.analysis.statistics import interval_name
from walker_rl.printable import counted, plain

WIDTH = 8.4
"""Width of a row of panels, in inches."""

MAX_COLUMNS = 4
MAX_PANEL_WIDTH = 4.6

OTHERS, DARK = "0.78", "0.3"
"""Greys of the other groups' curves and of the key."""

BAR_WIDTH = 4
"""Width of the interval of a single point, in points."""


@dataclasses.dataclass(frozen=True)
class Curve:
    """A statistic of a group's seeds over some quantity.

    Attributes:
        x: the quantity, `[P]`.
        y: the statistic, `[P]`.
        interval: lower and upper ends of the statistic's interval, `[P]` each; None if there is none.
        num_seeds: number of seeds in the statistic; 0 if there is no statistic.
        seeds: x and y of each seed's curve.
    """

    x: np.ndarray
    y: np.ndarray
    interval: tuple[np.ndarray, np.ndarray] | None
    num_seeds: int
    seeds: Sequence[tuple[np.ndarray, np.ndarray]] = ()


def draw_panels(
    tasks: Mapping[str, Mapping[str, Curve]],
    looks: Mapping[str, Style],
    xlabel: str,
    ylabel: str,
    statistic: str,
    *,
    is_stepped: bool = False,
) -> Figure:
    """Draws a panel for each group of each task.

    Args:
        tasks: curves by task and group.
        looks: styles of the groups.
        xlabel: the quantity on the horizontal axis.
        ylabel: the quantity on the vertical axis.
        statistic: name of the curves' statistic.
        is_stepped: whether a curve is constant up to its next point.
    """
    num_rows = {task: math.ceil(len(curves) / MAX_COLUMNS) for task, curves in tasks.items()}
    num_columns = max(math.ceil(len(curves) / num_rows[task]) for task, curves in tasks.items())
    width = min(MAX_PANEL_WIDTH, WIDTH / num_columns)
    heights = [0.6 + num_rows[task] * (0.4 + 0.66 * width) for task in tasks]
    figure = Figure(figsize=(width * num_columns, sum(heights) + 0.3), layout=ReproducibleLayout())
    blocks = figure.subfigures(len(tasks), 1, height_ratios=heights, squeeze=False)[:, 0]
    for block, (task, curves) in zip(blocks, tasks.items(), strict=True):
        block.suptitle(plain(task))
        block.supxlabel(xlabel, fontsize="medium")
        block.supylabel(ylabel, fontsize="medium")
        _draw_task(
            block, curves, looks, (num_rows[task], num_columns), width, "steps-post" if is_stepped else "default"
        )
    every = [curve for curves in tasks.values() for curve in curves.values()]
    add_legend(figure, _key(every, statistic, max(map(len, tasks.values()))))
    return figure


def _draw_task(
    block: SubFigure,
    curves: Mapping[str, Curve],
    looks: Mapping[str, Style],
    shape: tuple[int, int],
    width: float,
    drawstyle: str,
) -> None:
    grid = block.subplots(*shape, squeeze=False, sharex=True, sharey=True)
    for index, (axes, (group, curve)) in enumerate(zip(grid.flat, curves.items(), strict=False)):
        for other in (other for name, other in curves.items() if name != group):
            marker = point_marker(other.x)
            axes.plot(other.x, other.y, color=OTHERS, linewidth=0.9, marker=marker, markersize=4, drawstyle=drawstyle)
        _draw_group(axes, curve, looks[group], drawstyle)
        title = group_label(group, counted(curve.num_seeds or len(curve.seeds), "seed"), round(10.5 * width))
        axes.set_title(title, loc="left", fontsize="medium", fontweight="bold")
        axes.tick_params(labelbottom=index + shape[1] >= len(curves))  # The lowest of each column.
    for axes in grid.flat[len(curves) :]:
        axes.set_visible(False)


def _draw_group(axes: Axes, curve: Curve, look: Style, drawstyle: str) -> None:
    marker = point_marker(curve.x)
    for x, y in curve.seeds:
        axes.plot(x, y, color=look.colour, linewidth=0.6, alpha=0.5, marker=point_marker(x), markersize=3)
    if curve.interval is not None:
        step: Literal["post"] | None = "post" if drawstyle == "steps-post" else None
        width = 0 if marker is None else BAR_WIDTH
        axes.fill_between(curve.x, *curve.interval, color=look.colour, alpha=0.2, linewidth=width, step=step)
    axes.plot(curve.x, curve.y, color=look.colour, linewidth=2, marker=marker, drawstyle=drawstyle)


def _key(curves: Sequence[Curve], statistic: str, num_groups: int) -> list[Line2D | Patch]:
    """Legend entries for the kinds of lines present."""
    interval = interval_name((curve.num_seeds for curve in curves), statistic)
    in_words = "interquartile mean" if statistic == STATISTIC else statistic
    parts: list[tuple[bool, Line2D | Patch]] = [
        (True, Line2D([], [], color=DARK, linewidth=2, label=in_words)),
        (bool(interval), Patch(color=DARK, alpha=0.25, linewidth=0, label=f"its {interval}")),
        (any(len(curve.seeds) > 1 for curve in curves), Line2D([], [], color=DARK, linewidth=0.6, label="a seed")),
        (num_groups > 1, Line2D([], [], color=OTHERS, linewidth=0.9, label="the other groups")),
    ]
    return [part for is_there, part in parts if is_there]

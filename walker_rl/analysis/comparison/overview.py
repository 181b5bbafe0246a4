"""Overview: the learning curves of all groups in one panel, labelled at their ends; readable at 400 pixels."""

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.path import Path
from matplotlib.text import Annotation, Text
from matplotlib.ticker import EngFormatter, MaxNLocator
from matplotlib.transforms import Bbox
from scipy.optimize import isotonic_regression

from walker_rl.analysis.compared_run import Groups
from walker_rl.analysis.comparison import learning_curves
from walker_rl.analysis.comparison.layout import ReproducibleLayout
from walker_rl.analysis.comparison.panels import Curve
from walker_rl.analysis.comparison.style import Style, group_label, point_marker
from walker_rl.analysis.statistic_names import STATISTIC
from walker_rl.analysis.tables import Row
from walker_rl.printable import plain

FONT_SIZE = 12
LINE_HEIGHT = 1.3 * FONT_SIZE
"""Distance, in points, between names."""

NAME_DISTANCE = 16
"""Distance, in points, from the end of a curve to its name."""

REACH = 120
"""Maximum distance, in points, from the end of a shorter curve to its name."""


def tabulate(groups: Groups) -> list[Row]:
    """Returns the statistics' rows from `learning_curves.tabulate`; none for a single group."""
    rows = learning_curves.tabulate(groups, "actor_steps") if len(groups) > 1 else []
    return [row for row in rows if row["series"] == STATISTIC]


def draw(tasks: Mapping[str, Sequence[Row]], looks: Mapping[str, Style]) -> Figure:
    """Draws a panel for each task, with the groups' `looks`."""
    curves = {task: learning_curves.curves_of(rows, "actor_steps") for task, rows in tasks.items()}
    longest = max(len(group) for of_task in curves.values() for group in of_task)
    width, height = max(5.3, 4.2 + 0.1 * longest), max(3.7, 1.2 + max(map(len, curves.values())) * LINE_HEIGHT / 72)
    with matplotlib.rc_context({"font.size": FONT_SIZE}):
        figure = Figure(figsize=(width * len(tasks), height), layout=ReproducibleLayout())
        panels = figure.subplots(1, len(tasks), squeeze=False)[0]
        names = [_draw_task(axes, task, curves[task], looks) for axes, task in zip(panels, tasks, strict=True)]
        figure.draw_without_rendering()  # Makes room for the names before the layout is frozen.
    figure.set_layout_engine("none")
    for axes, of_task in zip(panels, names, strict=True):
        last = max(name.xy[0] for name in of_task)
        _spread(axes, [name for name in of_task if name.xy[0] == last], figure.dpi)
        _put_where_free(axes, [name for name in of_task if name.xy[0] < last], figure.dpi)
    return figure


def _draw_task(axes: Axes, task: str, curves: Mapping[str, Curve], looks: Mapping[str, Style]) -> list[Annotation]:
    """Draws all curves; returns their labels, each beside the end of its curve."""
    names = []
    last = max(curve.x[-1] for curve in curves.values())
    for group, curve in curves.items():
        x, y, look = curve.x, curve.y, looks[group]
        marker = point_marker(x)
        dotted = {"linestyle": ":", "linewidth": 0.8} if x[-1] < last else {}  # Not to be taken for a curve.
        pointer = {"arrowstyle": "-", "color": look.colour, "shrinkA": 2, "shrinkB": 0, "relpos": (0, 0.5), **dotted}
        axes.plot(x, y, color=look.colour, linestyle=look.dashes, linewidth=2, marker=marker, clip_on=marker is None)
        name = axes.annotate(
            group_label(group),
            (x[-1], y[-1]),
            (NAME_DISTANCE, 0),
            textcoords="offset points",
            va="center",
            arrowprops=pointer,
            bbox={"facecolor": "white", "alpha": 0.8, "linewidth": 0, "pad": 0},  # There may be no free place.
        )
        names.append(name)
    numbers = {curve.num_seeds for curve in curves.values()}
    seeds = "1 seed" if numbers == {1} else f"IQM of {numbers.pop()} seeds" if len(numbers) == 1 else "IQM of seeds"
    axes.set_title(f"{plain(task)}\nevaluation return, {seeds}", loc="left", fontsize=FONT_SIZE)
    axes.set(xlabel=learning_curves.LABELS["actor_steps"], xlim=(0, max(last, 1)))
    axes.xaxis.set_major_formatter(EngFormatter(sep=""))
    axes.xaxis.set_major_locator(MaxNLocator(nbins=5, steps=[1, 2, 2.5, 5, 10], integer=True))
    # Automatic ticks depend on the height, which the layout changes after it has made room for their labels.
    axes.yaxis.set_major_locator(MaxNLocator(nbins=8, steps=[1, 2, 2.5, 5, 10]))
    return names


def _spread(axes: Axes, names: Sequence[Annotation], dpi: float) -> None:
    """Moves names vertically, as little as possible, so that none overlap."""
    points_per_pixel = 72 / dpi
    ends = axes.transData.transform([name.xy for name in names])[:, 1] * points_per_pixel
    order = np.argsort(ends, kind="stable")
    bottom, top = (edge * points_per_pixel for edge in axes.get_window_extent().intervaly)
    offsets = LINE_HEIGHT * np.arange(len(names))
    places = np.clip(isotonic_regression(ends[order] - offsets).x, bottom, max(bottom, top - offsets[-1])) + offsets
    for index, place in zip(order, places, strict=True):
        names[index].set_position((NAME_DISTANCE, place - ends[index]))


class _Place(NamedTuple):
    """A place for a name: its offset from the end of the curve, its box, and the line from the end to the box."""

    offset: tuple[float, float]
    box: Bbox
    pointer: Path


def _put_where_free(axes: Axes, names: Sequence[Annotation], dpi: float) -> None:
    """Moves the names of shorter curves to the nearest places that cover no other name and no curve.

    Where there is none, a name covers as little as possible of other names, then as few pointers, then as few curves.
    """
    lines = [line.get_path().transformed(line.get_transform()) for line in axes.lines]
    taken: list[Bbox] = []

    def covered(place: _Place) -> tuple[float, int, int]:
        common = [both for one in taken if (both := Bbox.intersection(place.box, one)) is not None]
        crossed = sum(place.pointer.intersects_bbox(one, filled=False) for one in taken)
        return (
            sum(both.width * both.height for both in common),
            crossed,
            sum(line.intersects_bbox(place.box, filled=False) for line in lines),
        )

    for name in names:
        place = min(_places(axes, name, dpi / 72), key=covered, default=None)
        if place is not None:
            name.set_position(place.offset)
            taken.append(place.box)
            lines.append(place.pointer)


def _places(axes: Axes, name: Annotation, pixels: float) -> Iterator[_Place]:
    """Yields the places within the panel, right of the end of a curve, the nearest first.

    Args:
        axes: the panel.
        name: the curve's name.
        pixels: pixels in a point.
    """
    room = axes.get_window_extent()
    end, size = axes.transData.transform(name.xy), Text.get_window_extent(name).size
    offsets = itertools.product(range(NAME_DISTANCE, REACH, 6), range(-REACH, REACH + 1, 6))
    for offset in sorted(offsets, key=lambda offset: math.hypot(*offset)):
        left, middle = end + pixels * np.array(offset)
        box = Bbox.from_bounds(left, middle - size[1] / 2, *size).padded(2 * pixels)
        if np.all(room.min < box.min) and np.all(box.max < room.max):
            yield _Place(offset, box, Path(np.array([end, (left, middle)])))

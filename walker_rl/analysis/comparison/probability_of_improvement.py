"""Probability of improvement: how often a run of one group returns more than a run of another."""

import itertools
from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from walker_rl.analysis.compared_run import Groups, last_returns
from walker_rl.analysis.comparison.layout import ReproducibleLayout
from walker_rl.analysis.comparison.strip import MAX_LETTERS, ROW_HEIGHT, name_rows, room_for, row_name
from walker_rl.analysis.statistics import estimate, probability_of_improvement
from walker_rl.analysis.tables import Row
from walker_rl.printable import plain

LABEL = "P(a run of the first returns\nmore than one of the second)"


def tabulate(groups: Groups) -> list[Row]:
    """Returns rows of `better`, `worse`, `probability`, `low` and `high`: every pair once, the likelier as `better`."""
    returns = last_returns(groups)
    rows: list[Row] = []
    for one, other in itertools.combinations(returns, 2):
        is_better = probability_of_improvement(returns[one], returns[other]) >= 0.5
        better, worse = (one, other) if is_better else (other, one)
        result = estimate([returns[better], returns[worse]], probability_of_improvement)
        rows.append({"better": better, "worse": worse, "probability": float(result.value), **result.interval()})
    return rows


def draw(tasks: Mapping[str, Sequence[Row]]) -> Figure:
    """Draws a panel for each task."""
    num_pairs = max(len(rows) for rows in tasks.values())
    width, height = room_for(_name(row) for rows in tasks.values() for row in rows)
    size = ((6.4 + width) * len(tasks), 1.2 + (0.6 * ROW_HEIGHT + height) * num_pairs)
    figure = Figure(figsize=size, layout=ReproducibleLayout())
    for axes, (task, rows) in zip(figure.subplots(1, len(tasks), squeeze=False)[0], tasks.items(), strict=True):
        _draw_task(axes, rows)
        axes.set(title=plain(task), xlabel=LABEL, xlim=(-0.02, 1.02))
    return figure


def _draw_task(axes: Axes, rows: Sequence[Row]) -> None:
    for place, row in enumerate(rows):
        if row["low"] is not None:
            axes.plot([row["low"], row["high"]], [place] * 2, color="0.6", linewidth=4, solid_capstyle="butt")
        axes.plot(row["probability"], place, marker="|", markersize=10, markeredgewidth=2, color="0.1")
    axes.axvline(0.5, color="0.3", linewidth=0.8, linestyle=":")
    name_rows(axes, map(_name, rows))


def _name(row: Row) -> str:
    """Names a pair, on a line for each group if one would be too long."""
    better, worse = row_name(row["better"]), row_name(row["worse"])
    separator = " > " if len(better) + len(worse) < MAX_LETTERS else "\n> "
    return f"{better}{separator}{worse}"

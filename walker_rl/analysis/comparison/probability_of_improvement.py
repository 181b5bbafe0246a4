"""Probability of improvement: how often a run of one group returns more than a run of another."""

import itertools
from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from walker_rl.analysis.comparison.strip import ROW_HEIGHT, name_rows
from walker_rl.analysis.comparison.style import group_label
from walker_rl.analysis.run import Groups, last_returns
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
    figure = Figure(figsize=(6.4 * len(tasks), 1.2 + 0.6 * ROW_HEIGHT * num_pairs), layout="constrained")
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
    name_rows(axes, [f"{group_label(row['better'])} > {group_label(row['worse'])}" for row in rows])

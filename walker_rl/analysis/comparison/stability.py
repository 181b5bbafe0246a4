"""Stability: changes between consecutive evaluations, and the share of them below half of the best before."""

from collections.abc import Mapping, Sequence

from matplotlib.figure import Figure

from walker_rl.analysis.compared_run import Groups
from walker_rl.analysis.comparison.layout import ReproducibleLayout
from walker_rl.analysis.comparison.strip import ROW_HEIGHT, draw_strip, room_for, row_name, tabulate_strip
from walker_rl.analysis.comparison.style import Style
from walker_rl.analysis.statistic_names import MEAN, STATISTIC
from walker_rl.analysis.statistics import stability
from walker_rl.analysis.tables import Row, distinct
from walker_rl.printable import plain

QUANTITIES = {
    "spread": (STATISTIC, "median change between consecutive evaluations (return)"),
    "share_collapsed": (MEAN, "share of evaluations below half of the best before"),
}


def tabulate(groups: Groups) -> list[Row]:
    """Returns rows of `quantity`, `group`, `series`, `value`, `low` and `high`."""
    rows: list[Row] = []
    for quantity, (statistic, _) in QUANTITIES.items():
        for group, runs in groups.items():
            values = {run.name: getattr(stability(run.returns), quantity) for run in runs}
            rows += [{"quantity": quantity, **row} for row in tabulate_strip(group, values, "value", statistic)]
    return rows


def draw(tasks: Mapping[str, Sequence[Row]], looks: Mapping[str, Style]) -> Figure:
    """Draws a panel for each quantity and task, with the groups' `looks`; omits quantities without values."""
    known = {row["quantity"] for rows in tasks.values() for row in rows}
    quantities = [name for name in QUANTITIES if name in known]
    num_groups = max(len(distinct(rows, "group")) for rows in tasks.values())
    width, height = room_for(row_name(row["group"]) for rows in tasks.values() for row in rows)
    size = (4.6 * len(quantities) + width, len(tasks) * (1.2 + (ROW_HEIGHT + height) * num_groups))
    figure = Figure(figsize=size, layout=ReproducibleLayout())
    grid = figure.subplots(len(tasks), len(quantities), squeeze=False, sharey="row")
    for line, (task, rows) in zip(grid, tasks.items(), strict=True):
        groups = distinct(rows, "group")
        for axes, quantity in zip(line, quantities, strict=True):
            values = [row for row in rows if row["quantity"] == quantity]
            draw_strip(axes, values, "value", groups, looks)
            axes.set(title=plain(task), xlabel=QUANTITIES[quantity][1], visible=bool(values))
    return figure

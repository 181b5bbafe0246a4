"""Final performance: the returns of each run's last and best policy, in episodes not used to choose the best."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from walker_rl.analysis.compared_run import Groups
from walker_rl.analysis.comparison.layout import ReproducibleLayout
from walker_rl.analysis.comparison.strip import ROW_HEIGHT, draw_strip, room_for, row_name, tabulate_strip
from walker_rl.analysis.comparison.style import Style, add_legend
from walker_rl.analysis.statistics import interval_name
from walker_rl.analysis.tables import Row, distinct
from walker_rl.printable import plain

POLICIES = ("last", "best")


def tabulate(groups: Groups) -> list[Row]:
    """Returns rows of `policy`, `group`, `series`, `return`, `low` and `high`; omits incomplete runs."""
    rows: list[Row] = []
    for policy in POLICIES:
        for group, runs in groups.items():
            returns = {run.name: getattr(run, f"{policy}_return") for run in runs}
            complete = {name: value for name, value in returns.items() if value is not None}
            rows += [{"policy": policy, **row} for row in tabulate_strip(group, complete, "return")]
    return rows


def draw(tasks: Mapping[str, Sequence[Row]], looks: Mapping[str, Style]) -> Figure:
    """Draws a panel for each task, with the groups' `looks`."""
    num_groups = max(len(distinct(rows, "group")) for rows in tasks.values())
    width, height = room_for(row_name(row["group"]) for rows in tasks.values() for row in rows)
    size = ((6.4 + width) * len(tasks), 1.4 + (ROW_HEIGHT + height) * num_groups)
    figure = Figure(figsize=size, layout=ReproducibleLayout())
    for axes, (task, rows) in zip(figure.subplots(1, len(tasks), squeeze=False)[0], tasks.items(), strict=True):
        groups = distinct(rows, "group")
        for policy in POLICIES:
            of_policy = [row for row in rows if row["policy"] == policy]
            draw_strip(axes, of_policy, "return", groups, looks, hollow=policy == "best")
        axes.set(title=plain(task), xlabel="return of the final evaluation")
    num_rows = Counter((task, row["group"]) for task, rows in tasks.items() for row in rows if row["policy"] == "last")
    interval = interval_name(number - 1 for number in num_rows.values())  # One row is the statistic's.
    handles = [
        _sample(f"last policy: IQM{', ' * bool(interval)}{interval}", marker="|", markersize=11, markeredgewidth=2.2),
        _sample("last policy of a seed", marker="o"),
        _sample("best policy of a seed", marker="o", markerfacecolor="none"),
    ]
    add_legend(figure, handles)
    return figure


def _sample(label: str, **marker: Any) -> Line2D:
    return Line2D([], [], color="0.3", linestyle="", label=label, **marker)

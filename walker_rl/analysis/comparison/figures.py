"""Draws all figures of a comparison, with a table of the numbers in each."""

import functools
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import matplotlib.style
from matplotlib.figure import Figure

from walker_rl.analysis.compared_run import ComparedRun, Groups, by_task
from walker_rl.analysis.comparison import (
    final_performance,
    learning_curves,
    overview,
    performance_profiles,
    probability_of_improvement,
    stability,
    time_to_return,
)
from walker_rl.analysis.comparison.style import SETTINGS, Style, save, styles
from walker_rl.analysis.tables import Row, write_table

SUFFIXES = (".png", ".svg", ".csv")

Draw = Callable[[Mapping[str, Sequence[Row]]], Figure]


def draw_comparison(runs: Sequence[ComparedRun], folder: Path, thresholds: Sequence[float] = ()) -> list[Path]:
    """Writes each figure as PNG and SVG, and its numbers as CSV, into an existing folder; returns all paths.

    Omits figures without content, and deletes those of an earlier comparison. `thresholds` are the returns whose times
    are drawn, by default round ones per task.
    """
    tasks, looks, written = by_task(runs), styles({run.group for run in runs}), []
    for name, tabulate, draw in _figures(thresholds, looks):
        tables = {task: rows for task, groups in tasks.items() if (rows := tabulate(groups))}
        if not tables:
            for suffix in SUFFIXES:
                (folder / f"{name}{suffix}").unlink(missing_ok=True)
            continue
        with matplotlib.style.context(SETTINGS):
            written += save(draw(tables), folder / name)
        written.append(folder / f"{name}.csv")
        write_table(written[-1], [{"task": task, **row} for task, rows in tables.items() for row in rows])
    return written


def _figures(
    thresholds: Sequence[float], looks: Mapping[str, Style]
) -> list[tuple[str, Callable[[Groups], list[Row]], Draw]]:
    in_time = functools.partial(time_to_return.tabulate, thresholds=thresholds)
    return [
        ("overview", overview.tabulate, functools.partial(overview.draw, looks=looks)),
        *(
            (
                f"learning_curves_{axis}",
                functools.partial(learning_curves.tabulate, axis=axis),
                functools.partial(learning_curves.draw, looks=looks, axis=axis),
            )
            for axis in learning_curves.LABELS
        ),
        ("final_performance", final_performance.tabulate, functools.partial(final_performance.draw, looks=looks)),
        (
            "performance_profiles",
            performance_profiles.tabulate,
            functools.partial(performance_profiles.draw, looks=looks),
        ),
        ("probability_of_improvement", probability_of_improvement.tabulate, probability_of_improvement.draw),
        ("time_to_return", in_time, functools.partial(time_to_return.draw, looks=looks)),
        ("stability", stability.tabulate, functools.partial(stability.draw, looks=looks)),
    ]

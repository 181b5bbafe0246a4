"""Renders the report page from its template."""

import base64
import contextlib
import hashlib
import math
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import jinja2
import matplotlib.style

from walker_rl import __version__
from walker_rl.analysis.compared_run import ComparedRun, by_task
from walker_rl.analysis.comparison import learning_curves, summary
from walker_rl.analysis.comparison.figures import draw_comparison
from walker_rl.analysis.comparison.style import SETTINGS, Style, save, styles
from walker_rl.analysis.report.details import Details, Table, common, differing, owned, read_details
from walker_rl.analysis.report.excerpt import data_uri, excerpt
from walker_rl.analysis.statistic_names import MEAN, STATISTIC
from walker_rl.analysis.statistics import interval_name, stability
from walker_rl.analysis.tables import Row
from walker_rl.errors import NotWholeError
from walker_rl.printable import format_duration, format_return

CAPTIONS = {
    "overview": "Learning curves of all groups: interquartile means (IQM) of their seeds.",
    "learning_curves_actor_steps": "Learning curves, a group in each panel: the interquartile mean of its "
    "seeds{with_interval}, and every seed.",
    "learning_curves_walltime": "The same over the wall-clock time of training, beside whatever else the machine did.",
    "final_performance": "Final evaluation of each run's last policy and of its best, in episodes not used to choose "
    "the best.",
    "performance_profiles": "The share of a group's runs whose last policy returns more than tau{with_confidence}.",
    "probability_of_improvement": "How often a run of one group returns more than a run of another{with_confidence}.",
    "time_to_return": "When evaluations first reached a return. The bar is the median over all seeds; a seed that "
    "never reached it counts as the slowest. There is no bar where a shorter run might have reached it later.",
    "stability": "How far consecutive evaluations lie apart, and the share of them below half of the best before, "
    "where that is positive.",
}


def render_page(runs: Sequence[ComparedRun], title: str, thresholds: Sequence[float], notes: Sequence[str]) -> str:
    """Renders the report of some runs as HTML that loads nothing external, and forbids the browser to.

    `thresholds` are the returns whose times are drawn; if empty, round ones per task. `notes` are lines about omitted
    runs.
    """
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    groups = _groups(runs)
    ordered = [run for of_group in groups.values() for run in of_group]
    details = {name: [read_details(run.directory) for run in of if run.directory] for name, of in groups.items()}
    numbers = [number for of in groups.values() for number in (len(of), sum(run.last is not None for run in of))]
    with_interval, with_confidence = (
        f" with the {interval}" if (interval := interval_name(numbers, statistic)) else ""
        for statistic in (STATISTIC, MEAN)
    )
    looks = styles({run.group for run in runs})
    every = [one for of_group in details.values() for one in of_group]
    return environment.get_template("page.html").render(
        title=title,
        version=__version__,
        style=_inline("../../common.css", "page.css"),
        script=_inline("page.js"),
        notes=notes,
        header=summary.HEADER,
        summaries=summary.summarize(runs),
        with_interval=with_interval,
        figures=_figures(runs, thresholds, with_interval=with_interval, with_confidence=with_confidence),
        runs=[_row(run) for run in ordered],
        curves=[_curve(name, of, details[name], looks) for name, of in groups.items()],
        groups=[name for name, of_group in details.items() if of_group],
        different_settings=differing(_tables(details, "settings")),
        own_settings=owned(_tables(details, "settings")),
        common_settings=common([one.settings for one in every]),
        different_origins=differing(_tables(details, "provenance")),
        common_origins=common([one.provenance for one in every]),
        commands=[(run.name, run.command) for run in ordered],
    )


def _inline(*names: str) -> dict[str, str]:
    """Returns the text of files, by their paths from this folder, and its hash for the Content-Security-Policy."""
    content = b"".join((Path(__file__).parent / name).read_bytes() for name in names)
    return {"text": content.decode(), "hash": f"sha256-{base64.b64encode(hashlib.sha256(content).digest()).decode()}"}


def _groups(runs: Iterable[ComparedRun]) -> dict[str, list[ComparedRun]]:
    """Groups of all tasks; names include the task where there are several."""
    tasks = by_task(runs)
    return {
        group if len(tasks) == 1 else f"{group} on {task}": of_group
        for task, groups in tasks.items()
        for group, of_group in groups.items()
    }


def _tables(details: Mapping[str, Sequence[Details]], name: str) -> dict[str, list[Table]]:
    return {group: [getattr(one, name) for one in of_group] for group, of_group in details.items() if of_group}


def _figures(runs: Sequence[ComparedRun], thresholds: Sequence[float], **phrases: str) -> list[dict[str, str]]:
    """Draws all figures; captions contain `phrases`."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        draw_comparison(runs, folder, thresholds)
        return [
            {
                "caption": caption.format(**phrases),
                "image": data_uri((folder / f"{figure}.svg").read_bytes(), "image/svg+xml"),
                "table": data_uri((folder / f"{figure}.csv").read_bytes(), "text/csv"),
                "name": figure,
            }
            for figure, caption in CAPTIONS.items()
            if (folder / f"{figure}.svg").exists()
        ]


def _curve(
    name: str, runs: Sequence[ComparedRun], details: Sequence[Details], looks: Mapping[str, Style]
) -> dict[str, Any]:
    """A single group: its learning curve, and the best policy's film among those that are intact."""
    rows: list[Row] = learning_curves.tabulate({runs[0].group: runs}, "actor_steps")
    with tempfile.TemporaryDirectory() as folder, matplotlib.style.context(SETTINGS):
        save(learning_curves.draw({runs[0].task: rows}, looks, "actor_steps"), Path(folder) / "curve")
        image = data_uri((Path(folder) / "curve.svg").read_bytes(), "image/svg+xml")
    filmed = [
        (run, one.video) for run, one in zip([run for run in runs if run.directory], details, strict=True) if one.video
    ]
    for run, video in sorted(filmed, key=lambda pair: _return_of_film(pair[0]), reverse=True):
        with contextlib.suppress(NotWholeError):
            moving, still = excerpt(video)
            return {"name": name, "image": image, "run": run.name, "moving": moving, "still": still}
    return {"name": name, "image": image, "run": "", "moving": "", "still": ""}


def _return_of_film(run: ComparedRun) -> float:
    return float(run.returns.max() if run.best_return is None else run.best_return)


def _row(run: ComparedRun) -> list[tuple[str, str]]:
    """The cells of a run, each with its text and its sort key."""
    variation = stability(run.returns)
    return [
        (run.name, run.name),
        (run.group, run.group),
        (run.task, run.task),
        (str(run.seed), str(run.seed)),
        (f"{run.actor_steps[-1]:,.0f}", str(float(run.actor_steps[-1]))),
        _number(run.last_return),
        _number(run.last.stddev_return if run.last else None),
        _percentage(run.last.falls if run.last else None),
        _number(run.best_return),
        _number(run.best.stddev_return if run.best else None),
        _percentage(run.best.falls if run.best else None),
        _number(run.returns.max()),
        _number(variation.spread),
        _duration(run.walltime[-1]),
        (run.commit, run.commit),
    ]


def _percentage(value: float | None) -> tuple[str, str]:
    return ("-", "") if value is None else (f"{value:.0%}", str(value))


def _number(value: float | None) -> tuple[str, str]:
    if value is None or math.isnan(value):
        return "-", ""
    return format_return(value), str(float(value))


def _duration(seconds: float) -> tuple[str, str]:
    return ("-", "") if math.isnan(seconds) else (format_duration(seconds), str(float(seconds)))

"""`walker-rl report RUN...`: one page of many runs."""

from pathlib import Path
from typing import Annotated

import typer

from walker_rl.analysis.grouping import GROUP_BY
from walker_rl.cli.runs_argument import GroupBy, Runs, Thresholds, parse_thresholds
from walker_rl.cli.writable import output_file
from walker_rl.files.outputs import check_suffix, failing_as_run_error


def report_runs(
    runs: Runs,
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="The page.")] = Path("report.html"),
    group_by: GroupBy = GROUP_BY,
    thresholds: Thresholds = None,
    title: Annotated[str, typer.Option(metavar="TITLE", help="Title of the page.")] = "Comparison of runs",
) -> None:
    """Write one page of runs: figures, a table, films, settings, versions, commands.

    It needs no network and no other file. Runs read from tables have no films, settings or versions.
    """
    from walker_rl.analysis.report.page import render_page
    from walker_rl.analysis.runs import read_runs

    returns = parse_thresholds(thresholds)
    check_suffix(output, ".html", ".htm")
    notes: list[str] = []
    found = read_runs(runs, group_by, notes.append)
    with output_file(output) as file:
        with failing_as_run_error(output):
            page = render_page(found, title, returns, notes)
        file.write(page.encode(errors="surrogateescape"))
    print("\n".join([*notes, f"{output}: {len(page) / 1e6:.1f} MB"]))

"""`walker-rl report RUN...`: one page of many runs."""

from pathlib import Path
from typing import Annotated

import typer

from walker_rl.cli.compare import GroupBy, Runs, Thresholds, parse_thresholds


def report_runs(
    runs: Runs,
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="The page.")] = Path("report.html"),
    group_by: GroupBy = "agent_name",
    thresholds: Thresholds = None,
    title: Annotated[str, typer.Option(help="Of the page.")] = "Comparison of runs",
) -> None:
    """Write one page of runs: figures, a table, films, settings, versions, commands.

    It needs no network and no other file. Of runs that are known from tables alone it has no films, settings and
    versions.
    """
    from walker_rl.analysis.report.page import render_page
    from walker_rl.analysis.runs import read_runs
    from walker_rl.errors import UserError

    returns = parse_thresholds(thresholds)
    page = render_page(read_runs(runs, group_by), title, returns)
    try:
        output.write_text(page, encoding="utf-8")
    except OSError as error:
        raise UserError(f"output = {output}: must be a file that can be written ({error.strerror})") from None
    print(f"{output}: {len(page) / 1e6:.1f} MB")

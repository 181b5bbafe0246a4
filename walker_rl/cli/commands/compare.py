"""`walker-rl compare RUN...`: figures and statistics of many runs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from walker_rl.analysis.grouping import GROUP_BY
from walker_rl.cli.json_output import Json, print_json
from walker_rl.cli.program import command_line, print_next
from walker_rl.cli.runs_argument import GroupBy, Runs, Thresholds, parse_thresholds
from walker_rl.cli.writable import writable

if TYPE_CHECKING:
    from walker_rl.analysis.compared_run import ComparedRun
    from walker_rl.analysis.comparison.summary import GroupSummary

Output = Annotated[Path, typer.Option("--output", "-o", metavar="FOLDER", help="Folder for the figures.")]
Keep = Annotated[
    Path | None, typer.Option(metavar="FOLDER", help="Folder for two small tables that can replace the runs.")
]


def compare_runs(
    context: typer.Context,
    runs: Runs,
    output: Output = Path("comparison"),
    keep: Keep = None,
    group_by: GroupBy = GROUP_BY,
    thresholds: Thresholds = None,
    json: Json = False,
) -> None:
    """Compare runs: learning curves, final performance, stability and more, with intervals over seeds.

    The table has interquartile means over seeds with 95 % intervals (lowest to highest with 2 to 4 runs): the returns
    of the last and the best policy in the final evaluation, and the change between consecutive evaluations. It also has
    two shares, as means over seeds: final episodes that terminate (falls; "-" if a run has no count of them), and
    evaluations that collapsed to less than half of the best before ("-" where returns are negative).

    Each figure is written as PNG and SVG, with its numbers as CSV. --keep writes two tables, runs.csv and
    evaluations.csv, to a folder that you can later compare in place of the runs. In every table, text that a
    spreadsheet would take for a formula begins with a '.
    """
    from walker_rl.analysis.comparison.figures import draw_comparison
    from walker_rl.analysis.kept_tables import check_replaceable_tables
    from walker_rl.analysis.runs import read_runs
    from walker_rl.printable import counted

    returns = parse_thresholds(thresholds)
    notes: list[str] = []
    found = read_runs(runs, group_by, notes.append if json else print)
    if keep is not None:
        check_replaceable_tables(keep, found)
    if not json:
        _print_summaries(found)
    tables = _keep(found, keep) if keep is not None else []
    with writable(output, "output"):
        written = draw_comparison(found, output, returns)
    if json:
        print_json(context, {"tasks": _as_dicts(found), "notes": notes, "files": list(map(str, [*tables, *written]))})
    else:
        for table in tables:
            print(f"  {table}")
        print(f"  {output}: {counted(len(written), 'file')}")
        _print_report_command(runs, output, group_by, thresholds)


def _keep(runs: Sequence[ComparedRun], folder: Path) -> list[Path]:
    """Writes the tables of runs; returns their paths."""
    from walker_rl.analysis.kept_tables import tables_in
    from walker_rl.analysis.run_tables import write_runs

    with writable(folder, "keep"):
        write_runs(runs, folder)
    return tables_in(folder)


def _print_report_command(runs: Sequence[str], output: Path, group_by: str, thresholds: str | None) -> None:
    given = {"--group-by": group_by if group_by != GROUP_BY else None, "--thresholds": thresholds}
    options = [word for option, value in given.items() if value is not None for word in (option, value)]
    print_next(command_line("report", *map(Path, runs), *options, "--output", output / "report.html"))


def _print_summaries(runs: Sequence[ComparedRun]) -> None:
    from walker_rl.analysis.comparison.summary import HEADER, summarize
    from walker_rl.printable import printable
    from walker_rl.terminal.prose import print_prose
    from walker_rl.terminal.table import print_table

    for summary in summarize(runs):
        print(printable(summary.task))
        print_table(HEADER, [[printable(cell) for cell in row] for row in summary.rows], indent=2)
        for note in summary.notes:
            print_prose(printable(note), "  note:")


def _as_dicts(runs: Sequence[ComparedRun]) -> list[dict[str, Any]]:
    """Returns a mapping of JSON values for each task."""
    from walker_rl.analysis.compared_run import by_task
    from walker_rl.analysis.comparison.probability_of_improvement import tabulate
    from walker_rl.analysis.comparison.summary import summarize

    of_tasks = by_task(runs)
    return [
        {
            "task": summary.task,
            "groups": [_as_dict(group) for group in summary.groups],
            "probability_of_improvement": tabulate(of_tasks[summary.task]),
            "notes": summary.notes,
        }
        for summary in summarize(runs)
    ]


def _as_dict(group: GroupSummary) -> dict[str, Any]:
    from walker_rl.analysis.comparison.summary import Interval

    return {name: value._asdict() if isinstance(value, Interval) else value for name, value in vars(group).items()}

"""`walker-rl compare RUN...`: figures and statistics of many runs."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Annotated

import typer

Runs = Annotated[
    list[str], typer.Argument(metavar="RUN...", help="Run directories, folders with tables of them, or patterns.")
]
GroupBy = Annotated[
    str, typer.Option(metavar="FIELD", help="Whose runs are seeds of the same: a field of config.yaml.")
]
Thresholds = Annotated[
    str | None, typer.Option(metavar="RETURN,...", help="Whose reaching is timed.  [default: round ones]")
]


def compare_runs(
    runs: Runs,
    output: Annotated[Path, typer.Option(metavar="FOLDER", help="For figures and tables.")] = Path("comparison"),
    group_by: GroupBy = "agent_name",
    thresholds: Thresholds = None,
) -> None:
    """Compare runs: learning curves, final performance, stability and more, with intervals over seeds.

    Each figure comes as PNG and SVG with a CSV of its numbers; runs.csv and evaluations.csv keep what they were made
    of, and the folder can be compared again, alone or with others.
    """
    from walker_rl.analysis.comparison.figures import draw_comparison
    from walker_rl.analysis.comparison.summary import summarize
    from walker_rl.analysis.runs import read_runs, write_runs
    from walker_rl.errors import UserError

    returns = parse_thresholds(thresholds)
    found = read_runs(runs, group_by)
    for summary in summarize(found):
        print("\n".join(summary.lines()))
    try:
        output.mkdir(parents=True, exist_ok=True)
        write_runs(found, output)
        written = draw_comparison(found, output, returns)
    except OSError as error:
        raise UserError(f"output = {output}: must be a folder that can be written to ({error.strerror})") from None
    for path in [output / "runs.csv", output / "evaluations.csv", *written]:
        print(f"  {path}")


def parse_thresholds(text: str | None) -> list[float]:
    """The returns of `--thresholds`.

    Raises:
        UserError: if one is no number.
    """
    from walker_rl.errors import UserError

    try:
        values = [float(word) for word in text.split(",")] if text is not None else []
    except ValueError:
        values = [math.nan]
    if not all(map(math.isfinite, values)):
        raise UserError(f"thresholds = {text}: must be numbers with commas between them, as in 500,1000")
    return sorted(values)

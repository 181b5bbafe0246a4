"""`walker-rl compare RUN...`: figures and statistics of many runs."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

Runs = Annotated[
    list[str], typer.Argument(metavar="RUN...", help="Run directories, folders with tables of them, or patterns.")
]
GroupBy = Annotated[
    str,
    typer.Option(
        metavar="FIELD", help="Of config.yaml: an agent's runs of one value are a group; runs in tables keep theirs."
    ),
]
Thresholds = Annotated[
    str | None, typer.Option(metavar="RETURN,...", help="Whose reaching is timed.  [default: round ones]")
]


def compare_runs(
    runs: Runs,
    output: Annotated[Path, typer.Option(metavar="FOLDER", help="For the figures.")] = Path("comparison"),
    keep: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="For small tables to compare again without the runs.")
    ] = None,
    group_by: GroupBy = "agent_name",
    thresholds: Thresholds = None,
) -> None:
    """Compare runs: learning curves, final performance, stability and more, with intervals over seeds.

    The table has interquartile means over seeds with their 95 % intervals: returns of the last and the best policy in
    the final evaluation, the change between consecutive evaluations, and the share of evaluations that collapsed to
    less than half of the best before. Falls are the mean share of final episodes that end before the time limit.

    Each figure comes as PNG and SVG with a CSV of its numbers. What they are made of can be kept as two tables,
    runs.csv and evaluations.csv, in a folder that can be given in place of the runs. A text that a spreadsheet would
    take for a formula has a ' in front in every table.
    """
    from walker_rl.analysis.comparison.figures import draw_comparison
    from walker_rl.analysis.comparison.summary import summarize
    from walker_rl.analysis.runs import read_runs, write_runs

    returns = parse_thresholds(thresholds)
    found = read_runs(runs, group_by)
    for summary in summarize(found):
        print("\n".join(summary.lines()))
    if keep is not None:
        with _writable(keep, "keep"):
            write_runs(found, keep)
    with _writable(output, "output"):
        written = draw_comparison(found, output, returns)
    for path in written:
        print(f"  {path}")


@contextlib.contextmanager
def _writable(folder: Path, name: str) -> Iterator[None]:
    """Makes the folder that the option `name` has asked for."""
    from walker_rl.errors import UserError

    try:
        folder.mkdir(parents=True, exist_ok=True)
        yield
    except OSError as error:
        raise UserError(f"{name} = {folder}: must be a folder that can be written to ({error.strerror})") from None


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

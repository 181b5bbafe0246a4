"""The runs of `compare` and `report`, how they are grouped, and the returns of the time-to-return figure."""

import math
from typing import Annotated

import typer

from walker_rl.analysis.grouping import BY_FOLDER
from walker_rl.errors import UserError
from walker_rl.field_values import shown

Runs = Annotated[
    list[str],
    typer.Argument(metavar="RUN", help="Run directories, folders of them or of their tables, or patterns."),
]
GroupBy = Annotated[
    str,
    typer.Option(
        metavar="FIELD",
        help="Field of config.yaml that splits an agent's runs into groups; runs in tables keep their groups. "
        f"'{BY_FOLDER}' splits runs and tables by their folder.",
    ),
]
Thresholds = Annotated[
    str | None, typer.Option(metavar="RETURN,...", help="Returns in the time-to-return figure.  [default: round ones]")
]


def parse_thresholds(text: str | None) -> list[float]:
    """Parses the returns of `--thresholds`, and sorts them.

    Raises:
        UserError: if one is not a finite number.
    """
    try:
        values = [float(word) for word in text.split(",")] if text is not None else []
    except ValueError:
        values = [math.nan]
    if not all(map(math.isfinite, values)):
        raise UserError(f"thresholds = {shown(text)}: must be numbers with commas between them, as in 500,1000")
    return sorted(set(values))

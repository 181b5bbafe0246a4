"""Tables that fit the terminal, wrapped at spaces."""

import itertools
import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from rich.console import Console, RenderableType
from rich.measure import measure_renderables
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from walker_rl.terminal.live import make_console

_GAP = 2
"""Spaces between columns."""

_GLUE = "\ue000"
"""Stands for a space at which no line may end; Rich also breaks lines at no-break spaces."""


class _Column(NamedTuple):
    """A column: its cells, the name first, and the widths of its longest word and its longest cell."""

    cells: Sequence[Text]
    minimum: int
    maximum: int


def print_table(header: Sequence[str], rows: Iterable[Sequence[object]], indent: int = 0) -> None:
    """Prints rows below the names of their columns, indented by `indent` spaces; lines never end within brackets.

    Columns that would not fit without breaking words follow in further tables, each of which repeats the first column.
    """
    console = make_console()
    width = console.width - indent
    first, *rest = [_make_column(cells, console) for cells in zip(header, *rows, strict=True)]
    while True:
        widths = itertools.accumulate((_GAP + column.minimum for column in rest), initial=first.minimum)
        number = max(1, sum(one <= width for one in widths) - 1)
        _print(console, _make_table([first, *rest[:number]], width), indent)
        rest = rest[number:]
        if not rest:
            return
        print()


def plain_table() -> Table:
    """A table without columns yet, in the style of all tables: no lines, two spaces between columns."""
    return Table(box=None, padding=(0, _GAP, 0, 0), header_style="", pad_edge=False)


def _make_column(cells: Iterable[object], console: Console) -> _Column:
    texts = [Text(re.sub(r" (?=[^\[\]]*\])", _GLUE, str(cell))) for cell in cells]
    return _Column(texts, *measure_renderables(console, console.options, texts))


def _make_table(columns: Sequence[_Column], width: int) -> Table:
    """Makes a table that keeps words whole; if they don't fit into `width`, Rich chooses the widths."""
    widths = [column.minimum for column in columns]
    left = width - sum(widths) - _GAP * (len(columns) - 1)
    is_too_wide = left < 0
    while left > 0 and (wrapped := [index for index, one in enumerate(columns) if widths[index] < one.maximum]):
        widths[min(wrapped, key=widths.__getitem__)] += 1
        left -= 1
    table = plain_table()
    for column, one in zip(columns, widths, strict=True):
        table.add_column(column.cells[0], overflow="fold", width=None if is_too_wide else one)
    for row in zip(*(column.cells[1:] for column in columns), strict=True):
        table.add_row(*row)
    return table


def _print(console: Console, table: RenderableType, indent: int) -> None:
    with console.capture() as capture:
        console.print(Padding(table, (0, 0, 0, indent), expand=False))
    for line in capture.get().replace(_GLUE, " ").splitlines():
        print(line.rstrip())

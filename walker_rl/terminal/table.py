"""Tables and lines that fit the terminal, wrapped at spaces."""

from collections.abc import Iterable, Sequence

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

WIDE = 1_000
"""Characters per line when the output is not a terminal."""


def print_table(header: Sequence[str], rows: Iterable[Sequence[object]], indent: int = 0) -> None:
    """Prints rows below the names of their columns, indented by `indent` spaces."""
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="", pad_edge=False)
    for name in header:
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(*(Text(str(cell)) for cell in row))
    _print(table, indent)


def print_wrapped(head: str, text: str) -> None:
    """Prints `head`, and `text` beside it, with all of its lines aligned."""
    table = Table.grid(padding=(0, 1))
    table.add_column(no_wrap=True)
    table.add_row(Text(head), Text(text))
    _print(table, 0)


def _print(table: RenderableType, indent: int) -> None:
    console = Console()
    if not console.is_terminal:
        console.width = WIDE
    with console.capture() as capture:
        console.print(Padding(table, (0, 0, 0, indent), expand=False))
    for line in capture.get().splitlines():
        print(line.rstrip())

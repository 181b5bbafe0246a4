"""The display of a sweep or a search: one live table on a terminal, occasional plain lines elsewhere."""

from collections import Counter
from collections.abc import Iterator, Sequence

from rich.console import Group
from rich.table import Table

from walker_rl.printable import counted, format_duration, format_return
from walker_rl.run_states import Overview, Row, RunState
from walker_rl.terminal.live import LiveOutput
from walker_rl.terminal.table import plain_table

STYLES = {RunState.RUNNING: "cyan", RunState.COMPLETE: "green", RunState.FAILED: "red"}


class SweepDisplay(LiveOutput):
    """Shows the progress of a sweep; a context manager."""

    def __init__(self) -> None:
        """Writes to standard output."""
        super().__init__(transient=True)

    def update(self, overview: Overview) -> None:
        """Shows the sweep's progress; without a terminal, only when lines are due."""
        self.show(lambda: Group(make_table(self._fitting(overview.rows)), summary(overview)), lambda: _lines(overview))

    def conclude(self, overview: Overview) -> None:
        """Prints the whole table for good."""
        self.console.print(make_table(overview.rows))
        self.message(summary(overview))

    def _fitting(self, rows: Sequence[Row]) -> Sequence[Row]:
        """All rows, or if the terminal is too low for them, without waiting and complete runs."""
        height = self.console.height - 2  # Below the table are the summary and an empty line.
        if len(rows) < height and len(self.console.render_lines(make_table(rows))) <= height:
            return rows
        return [row for row in rows if row.state not in (RunState.WAITING, RunState.COMPLETE)]


class SearchDisplay(LiveOutput):
    """Shows the running trials of a search; a context manager."""

    def __init__(self) -> None:
        """Writes to standard output."""
        super().__init__(transient=True)

    def tell(self, text: str) -> None:
        """Prints a line that stays; wraps it at spaces if it is too long for the terminal."""
        self.console.print(text, markup=False, soft_wrap=not self.console.is_terminal)

    def update(self, rows: Sequence[Row], num_ended: int, num_trials: int) -> None:
        """Shows the running trials' progress; without a terminal, only when lines are due."""
        ended = f"{num_ended} of {counted(num_trials, 'trial')} ended"
        self.show(lambda: Group(make_table(rows), ended), lambda: [*map(_line, rows), ended])


def make_table(rows: Sequence[Row]) -> Table:
    """Makes a table with a line for each run; a terminal that is too narrow wraps the names alone."""
    table = plain_table()
    table.add_column("run", overflow="fold")
    for name in ("steps", "speed", "return", "time left"):
        table.add_column(name, justify="right", no_wrap=True)
    for row in rows:
        left = row.state.value if row.seconds_left is None else format_duration(row.seconds_left)
        table.add_row(row.name, *_numbers(row), left, style=STYLES.get(row.state))
    return table


def summary(overview: Overview) -> str:
    """Counts runs by state, as in "3 of 25 complete, 2 running, 20 waiting, 5 h 20 min to go"."""
    counts = Counter(row.state for row in overview.rows)
    parts = [f"{counts[RunState.COMPLETE]} of {len(overview.rows)} complete"]
    parts += [
        f"{counts[state]} {state.value}" for state in RunState if counts[state] and state is not RunState.COMPLETE
    ]
    left = [f"{format_duration(overview.seconds_left)} to go"] if counts[RunState.RUNNING] else []
    return ", ".join(parts + left)


def _lines(overview: Overview) -> Iterator[str]:
    for row in overview.rows:
        if row.state is RunState.RUNNING:
            yield _line(row)
    yield summary(overview)


def _line(row: Row) -> str:
    steps, speed, evaluation_return = _numbers(row)
    parts = [f"{row.name}: {steps} steps", speed, f"return {evaluation_return}"]
    return ", ".join(filter(None, parts)) + f", {format_duration(row.seconds_left)} to go"


def _numbers(row: Row) -> tuple[str, str, str]:
    """Steps, speed and return of a run as text; the speed of a run that no process trains is empty."""
    return (
        f"{min(row.actor_steps, row.max_actor_steps):,} / {row.max_actor_steps:,}",
        f"{row.steps_per_second:.0f}/s" if row.state is RunState.RUNNING and row.steps_per_second else "",
        format_return(row.evaluation_return),
    )

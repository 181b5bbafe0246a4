"""The display of a training run: one live block on a terminal, an occasional plain line elsewhere."""

import math
import time
from collections.abc import Sequence

from rich.console import RenderableType
from rich.progress_bar import ProgressBar
from rich.table import Table

from walker_rl.printable import counted, format_duration, format_return
from walker_rl.run_states import Status, seconds_to_end
from walker_rl.terminal.live import WIDE, LiveOutput
from walker_rl.terminal.rates import Rates
from walker_rl.terminal.sparkline import sparkline

_BAR_WIDTH = 22
"""Columns of the bar; with it the block fits into 80."""

SAMPLE_PERIOD = 0.25
"""Seconds between measurements of the speed, and between redraws of the live block."""

TRAINED = "Training is complete; now choosing, evaluating and filming the best policy."


class Display(LiveOutput):
    """Shows a run's status; a context manager."""

    def __init__(self, min_steps_to_learn: int = 0) -> None:
        """Writes to standard output; `min_steps_to_learn` are the environment steps before the first update."""
        super().__init__()
        self._rates = Rates()
        self._is_learning = False
        self._next_sample = 0.0
        self._history: Sequence[float] = ()
        self._min_steps_to_learn = min_steps_to_learn

    def show_history(self, returns: Sequence[float]) -> None:
        """Sets the mean returns of all evaluations so far."""
        self._history = returns

    def update(self, status: Status, *, at_once: bool = False) -> None:
        """Shows `status` when an update is due, or `at_once`; cheap enough to call at every step."""
        now = time.monotonic()
        if now < self._next_sample and not at_once:
            return
        self._next_sample = now + SAMPLE_PERIOD
        if not self._is_learning and status.learner_steps > 0:
            self._is_learning = True
            self._rates.clear()  # The speed before learning does not predict the time left.
        self._rates.add(now, self._counters(status))
        self.show(lambda: self._fitting(status), lambda: [self._line(status)])

    def seconds_left(self, status: Status) -> float | None:
        """Time to the end at the present speed; None while unknown, as before learning slows the steps down."""
        seconds = seconds_to_end(status, self._rates.rate("actor_steps"))
        if seconds and status.learner_steps == 0 and status.actor_steps < self._min_steps_to_learn:
            return None
        return seconds if seconds < math.inf else None

    def _counters(self, status: Status) -> dict[str, float]:
        return {"actor_steps": status.actor_steps, "learner_steps": status.learner_steps}

    def _line(self, status: Status) -> str:
        percentage = 100 * status.shown_steps / status.max_actor_steps
        parts = [
            f"{status.shown_steps:,} / {status.max_actor_steps:,} steps ({percentage:.0f} %)",
            f"{format_duration(self.seconds_left(status))} to go",
            f"{self._rates.rate('actor_steps'):.0f} environment steps/s",
            self._learner(status),
            f"training return {format_return(status.training_return)}",
            f"evaluation return {format_return(status.evaluation_return)}",
        ]
        return ", ".join(parts)

    def _learner(self, status: Status, speed: str = "") -> str:
        if status.learner_steps == 0 and status.actor_steps < self._min_steps_to_learn:
            return f"first update after {self._min_steps_to_learn:,} steps"
        return f"{counted(status.learner_steps, 'learner step')}{speed}"

    def _fitting(self, status: Status) -> RenderableType:
        """The block, or the plain line where the terminal is too narrow for the block."""
        block = self._block(status)
        width = self.console.measure(block, options=self.console.options.update(width=WIDE)).maximum
        return block if width <= self.console.width else self._line(status)

    def _block(self, status: Status) -> RenderableType:
        table = Table.grid(padding=(0, 2))
        bar = ProgressBar(total=status.max_actor_steps, completed=status.shown_steps, width=_BAR_WIDTH)
        percentage = f"{100 * status.shown_steps / status.max_actor_steps:.0f} %"
        left = format_duration(self.seconds_left(status))
        table.add_row(bar, percentage, f"{status.shown_steps:,} / {status.max_actor_steps:,} steps", f"{left} to go")
        table.add_row(
            f"environment {self._rates.rate('actor_steps'):.0f} steps/s",
            "",
            self._learner(status, f", {self._rates.rate('learner_steps'):.0f}/s"),
        )
        table.add_row(
            f"training return {format_return(status.training_return)}",
            "",
            f"evaluation return {format_return(status.evaluation_return)}",
        )
        if len(self._history) > 1 and not self.console.options.ascii_only:
            extent = f"{format_return(min(self._history))} to {format_return(max(self._history))}"
            table.add_row(sparkline(self._history, width=_BAR_WIDTH), "", f"evaluations, {extent}")
        return table

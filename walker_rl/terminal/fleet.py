"""The display of a distributed run: its processes in one live block, or an occasional plain line."""

from collections.abc import Mapping
from typing import Any

from rich.console import Group
from rich.table import Table

from walker_rl.printable import counted
from walker_rl.terminal.display import Display


class FleetDisplay(Display):
    """Shows a `LaunchStatus`, and the processes of the run."""

    def __init__(self, min_steps_to_learn: int) -> None:
        """Starts without processes."""
        super().__init__(min_steps_to_learn)
        self.describe(0.0, {}, {})

    def describe(
        self, target_samples_per_insert: float, num_restarts: Mapping[str, int], memory: Mapping[str, float]
    ) -> None:
        """Sets the target ratio, and each process's restarts and resident megabytes, by name."""
        self._target_samples_per_insert = target_samples_per_insert
        self._num_restarts = num_restarts
        self._memory = memory

    def _counters(self, status: Any) -> dict[str, float]:
        by_index = {f"actor_{index}": float(steps) for index, steps in status.actor_steps_by_index.items()}
        return {**super()._counters(status), **by_index}

    def _line(self, status: Any) -> str:
        return f"{super()._line(status)}, {self._more(status)}"

    def _block(self, status: Any) -> Any:
        table = Table.grid(padding=(0, 2))
        table.add_row("process", "steps", "steps/s", "restarts", "memory")
        for name, memory in self._memory.items():
            steps = status.actor_steps_by_index.get(name.removeprefix("actor_")) if "actor" in name else None
            speed = f"{self._rates.rate(name):.0f}" if steps is not None else ""
            restarts = str(self._num_restarts.get(name, 0))
            table.add_row(name, f"{steps:,}" if steps is not None else "", speed, restarts, f"{memory:.0f} MB")
        if row := self._elsewhere(status):
            table.add_row(*row)
        return Group(super()._block(status), self._more(status), table)

    def _elsewhere(self, status: Any) -> tuple[str, ...]:
        """A row for the actors that have joined from elsewhere, with all steps that no process here has played."""
        local = {name.removeprefix("actor_") for name in self._memory if "actor" in name}
        joined = status.actor_steps_by_index.keys() - local
        if not joined:
            return ()
        speed = sum(self._rates.rate(f"actor_{index}") for index in joined)
        steps = sum(status.actor_steps_by_index[index] for index in joined)
        num_present = max(0, status.num_actors - len(local))
        return f"{counted(num_present, 'actor')} elsewhere", f"{steps:,}", f"{speed:.0f}"

    def _more(self, status: Any) -> str:
        ratio = "-" if status.samples_per_insert is None else f"{status.samples_per_insert:.4g}"
        parts = [
            f"samples per insert {ratio} of {self._target_samples_per_insert:.4g}",
            f"replay {status.replay_size:,}",
            counted(sum(self._num_restarts.values()), "restart"),
            f"{sum(self._memory.values()):,.0f} MB",
        ]
        return ", ".join(parts)

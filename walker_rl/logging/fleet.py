"""What a person sees of a distributed run: the processes in one live block, or a plain line now and then."""

import dataclasses
from typing import Any

from rich.console import Group
from rich.table import Table

from walker_rl.logging.terminal import Display, Status, format_number


@dataclasses.dataclass(frozen=True)
class FleetStatus(Status):
    """Where a distributed run stands.

    Attributes:
        samples_per_insert: so far; None before learning.
        target_samples_per_insert: what it is held to.
        replay_size: transitions held.
        actor_steps_by_index: of each actor that ever took part.
        num_restarts: by name of process.
        memory: resident megabytes by name of process.
    """

    samples_per_insert: float | None = None
    target_samples_per_insert: float = 0.0
    replay_size: int = 0
    actor_steps_by_index: dict[str, int] = dataclasses.field(default_factory=dict)
    num_restarts: dict[str, int] = dataclasses.field(default_factory=dict)
    memory: dict[str, float] = dataclasses.field(default_factory=dict)


class FleetDisplay(Display):
    """Shows a `FleetStatus`."""

    def _counters(self, status: Any) -> dict[str, float]:
        by_index = {f"actor_{index}": float(steps) for index, steps in status.actor_steps_by_index.items()}
        return {**super()._counters(status), **by_index}

    def _line(self, status: Any) -> str:
        return f"{super()._line(status)}, {self._more(status)}"

    def _block(self, status: Any) -> Any:
        table = Table.grid(padding=(0, 2))
        table.add_row("process", "steps", "steps/s", "restarts", "memory")
        for name, memory in status.memory.items():
            steps = status.actor_steps_by_index.get(name.removeprefix("actor_")) if "actor" in name else None
            speed = f"{self._rates.rate(name):.0f}" if steps is not None else ""
            restarts = str(status.num_restarts.get(name, 0))
            table.add_row(name, format_number(steps) if steps is not None else "", speed, restarts, f"{memory:.0f} MB")
        return Group(super()._block(status), self._more(status), table)

    def _more(self, status: Any) -> str:
        ratio = "-" if status.samples_per_insert is None else f"{status.samples_per_insert:.4g}"
        parts = [
            f"samples per insert {ratio} of {status.target_samples_per_insert:.4g}",
            f"replay {status.replay_size:,}",
            f"{sum(status.num_restarts.values())} restarts",
            f"{sum(status.memory.values()):,.0f} MB",
        ]
        return ", ".join(parts)

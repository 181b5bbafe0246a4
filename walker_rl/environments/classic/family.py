"""Classic control: the pendulum that has to be swung up."""

from walker_rl.environments.simulation import Arguments, Simulation, Task
from walker_rl.quiet import quiet

PENDULUM = Task("Pendulum-v1", "pendulum", 200, 3, 1, None)


def tasks() -> dict[str, Task]:
    """The pendulum, by its name."""
    return {PENDULUM.name: PENDULUM}


def find_task(name: str, arguments: Arguments) -> None:
    """None, since all tasks are listed."""


def make(task: Task) -> Simulation:
    """Constructs the pendulum; imports gym."""
    with quiet():  # gym prints and warns
        from walker_rl.environments.classic.pendulum import Pendulum

        return Pendulum()

"""`walker-rl probe TASK`: an introduction to an environment."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from walker_rl.cli.completion import complete_tasks
from walker_rl.cli.quantities import integer_option
from walker_rl.cli.writable import make_writable, writable
from walker_rl.errors import RunError
from walker_rl.printable import file_name, format_score, one_line
from walker_rl.stack import require_package

if TYPE_CHECKING:
    from walker_rl.environments import Dimension, Environment
    from walker_rl.environments.probing import Trace


def probe_task(
    task: Annotated[
        str,
        typer.Argument(metavar="TASK", help="Task to try; walker-rl list shows all.", autocompletion=complete_tasks),
    ] = "Walker2DBulletEnv-v0",
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", metavar="FOLDER", help="Folder for probe.png and probe.gif.  [default: probe_TASK]"
        ),
    ] = None,
    steps: Annotated[
        int, integer_option(min=1, max=1_000_000, metavar="STEPS", help="Maximum steps of each episode.")
    ] = 200,
    seed: Annotated[int, integer_option(min=0, max=2**32 - 1, metavar="SEED", help="Seed of the episodes.")] = 0,
) -> None:
    """Show the meaning of observations and actions, and the effects of constant, sinusoidal and random actions.

    A task that can't be drawn has no probe.gif.
    """
    require_package("probe", "matplotlib")
    from walker_rl.environments import make_environment
    from walker_rl.environments.probing import record, simple_actions

    environment = make_environment(task, seed)
    folder = output or Path(f"probe_{file_name(task)}")
    make_writable(folder, "output")
    dimensions, action_size = environment.dimensions, environment.task.action_size
    traces = {
        name: record(environment, actions, seed, steps) for name, actions in simple_actions(action_size, seed).items()
    }
    _print_dimensions("observation", dimensions.observation, [trace.observations for trace in traces.values()])
    print()
    _print_dimensions("action", dimensions.action, [])
    print()
    for name, trace in traces.items():
        parts = ", ".join(f"{part} {format_score(values.sum())}" for part, values in trace.reward_parts.items())
        print(f"{name} actions: {len(trace.seconds)} steps, return {format_score(trace.episode_return)} ({parts})")

    _write_pictures(environment, folder, traces, steps, seed)
    environment.close()


def _write_pictures(environment: Environment, folder: Path, traces: dict[str, Trace], steps: int, seed: int) -> None:
    import matplotlib.style

    from walker_rl.analysis.probe import probe_figure
    from walker_rl.environments.probing import simple_actions
    from walker_rl.files.whole_file import whole_file
    from walker_rl.rendering import render_episode

    with writable(folder, "output"), matplotlib.style.context("default"):
        figure = probe_figure(traces, environment.dimensions.observation, environment.task.name)
        with whole_file(folder / "probe.png") as file:
            figure.savefig(file, format="png", dpi=110)
    print(folder / "probe.png")
    try:
        environment.reset(seed)
        environment.render(64, 48)
    except RunError as error:
        print(f"note: {one_line(str(error))}")
        return
    sinusoidal, step = simple_actions(environment.task.action_size, seed)["sinusoidal"], itertools.count()
    render_episode(
        environment,
        lambda _: sinusoidal(next(step)),
        folder / "probe.gif",
        episode_seed=seed,
        caption="sinusoidal actions",
        max_seconds=steps * environment.frame_seconds,
    )
    print(folder / "probe.gif")


def _print_dimensions(title: str, dimensions: Sequence[Dimension], seen: list) -> None:
    from walker_rl.terminal.table import print_table

    rows = []
    for index, dimension in enumerate(dimensions):
        values = [observations[:, index] for observations in seen]
        span = [f"{min(map(min, values)):.2f} to {max(map(max, values)):.2f}"] if values else []
        rows.append((index, dimension.name, dimension.unit, f"{dimension.low:g} to {dimension.high:g}", *span))
    print_table((title, "", "unit", "allowed", *(["seen here"] if seen else [])), rows)

"""What simple actions do, in one picture."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from walker_rl.environments import Field
from walker_rl.experiments.probing import Trace


def plot_probe(traces: Mapping[str, Trace], fields: Sequence[Field], path: Path, title: str) -> None:
    """Draws joint angles, contacts and parts of the reward over time, a column for each kind of actions.

    Args:
        traces: by the name of the actions.
        fields: of the observations; of a task without joints all are drawn.
        path: of the PNG.
        title: above it.
    """
    angles = [index for index, field in enumerate(fields) if field.kind == "angle"]
    contacts = [index for index, field in enumerate(fields) if field.kind == "contact"]
    rows = 3 if contacts else 2
    figure = Figure(figsize=(4.2 * len(traces), 2.8 * rows), layout="constrained")
    grid = figure.subplots(rows, len(traces), squeeze=False, sharex="col", sharey="row")
    for column, (name, trace) in zip(grid.T, traces.items(), strict=True):
        column[0].set_title(
            f"{name} actions: {len(trace.seconds)} steps, return {trace.episode_return:.0f}", fontsize=10
        )
        _draw(
            column[0],
            trace,
            {fields[index].name: trace.observations[:, index] for index in angles or range(len(fields))},
        )
        if contacts:
            for height, index in enumerate(contacts):
                touching = np.where(trace.observations[:, index] > 0, height, np.nan)
                column[1].plot(trace.seconds, touching, linewidth=6, solid_capstyle="butt")
            column[1].set_yticks(
                range(len(contacts)), [fields[index].name.removesuffix("_contact") for index in contacts]
            )
            column[1].set_ylim(-0.5, len(contacts) - 0.5)
        _draw(column[-1], trace, trace.reward_parts)
        column[-1].set_xlabel("simulated seconds")
    grid[0, 0].set_ylabel("joint angle (half ranges)" if angles else "observation")
    if contacts:
        grid[1, 0].set_ylabel("foot on the ground")
    grid[-1, 0].set_ylabel("reward, by part")
    for axes in (grid[0, -1], grid[-1, -1]):
        axes.legend(fontsize=7, loc="center left", bbox_to_anchor=(1.0, 0.5), frameon=False)
    figure.suptitle(title)
    figure.savefig(path, dpi=110)


def _draw(axes: Axes, trace: Trace, lines: Mapping[str, np.ndarray]) -> None:
    for name, values in lines.items():
        axes.plot(trace.seconds, values, linewidth=1, label=name)
    axes.grid(alpha=0.3)

"""A figure of the effects of simple actions."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from walker_rl.environments import Dimension
from walker_rl.environments.probing import Trace
from walker_rl.printable import format_return, plain

MAX_NAMES = 20
"""Most names in a legend; more would not fit beside the curves."""


def probe_figure(traces: Mapping[str, Trace], dimensions: Sequence[Dimension], title: str) -> Figure:
    """Draws joint angles, contacts and parts of the reward over time, with a column for each kind of actions.

    For a task without joints, draws all components of the observation, without their names if they are many.
    """
    angles = [index for index, dimension in enumerate(dimensions) if dimension.kind == "angle"]
    contacts = [index for index, dimension in enumerate(dimensions) if dimension.kind == "contact"]
    num_rows = 3 if contacts else 2
    figure = Figure(figsize=(4.2 * len(traces), 2.8 * num_rows), layout="constrained")
    grid = figure.subplots(num_rows, len(traces), squeeze=False, sharex="col", sharey="row")
    for column, (name, trace) in zip(grid.T, traces.items(), strict=True):
        length = len(trace.seconds)
        column[0].set_title(
            f"{name} actions: {length} steps, return {format_return(trace.episode_return)}", fontsize=10
        )
        shown = angles or range(len(dimensions))
        _draw_lines(column[0], trace, {dimensions[index].name: trace.observations[:, index] for index in shown})
        if contacts:
            _draw_contacts(column[1], trace, {dimensions[i].name: trace.observations[:, i] for i in contacts})
        _draw_lines(column[-1], trace, trace.reward_parts)
        column[-1].set_xlabel("simulated seconds")
    angle_label = f"joint angle ({dimensions[angles[0]].unit})" if angles else "observation"
    labels = (angle_label, "foot on the ground", "reward, by part")
    for axes, label in zip(grid[:, 0], labels if contacts else labels[::2], strict=True):
        axes.set_ylabel(label)
    for axes in (grid[0, -1], grid[-1, -1]):
        if len(axes.get_lines()) <= MAX_NAMES:
            axes.legend(fontsize=7, loc="center left", bbox_to_anchor=(1.0, 0.5), frameon=False)
    figure.suptitle(plain(title))
    return figure


def _draw_lines(axes: Axes, trace: Trace, lines: Mapping[str, np.ndarray]) -> None:
    for name, values in lines.items():
        axes.plot(trace.seconds, values, linewidth=1, label=plain(name))
    axes.grid(alpha=0.3)


def _draw_contacts(axes: Axes, trace: Trace, contacts: Mapping[str, np.ndarray]) -> None:
    """Draws a bar for each foot while it is on the ground."""
    for height, contact in enumerate(contacts.values()):
        axes.plot(trace.seconds, np.where(contact > 0, height, np.nan), linewidth=6, solid_capstyle="butt")
    axes.set_yticks(range(len(contacts)), [name.removesuffix("_contact") for name in contacts])
    axes.set_ylim(-0.5, len(contacts) - 0.5)

"""How a group looks, the same in every figure, and how a figure is saved, the same bytes every time."""

import dataclasses
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

from walker_rl.agents import agent_names
from walker_rl.printable import counted as counted

AGENTS = ("d4pg", "ddpg", "dmpo", "gait", "ppo", "sac", "td3")
"""Agents whose place is fixed, and with it their look; others follow."""

# Okabe and Ito's palette without its yellow, which is too pale for lines on white, and Tol's wine.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#000000", "#56B4E9", "#882255")
DASHES = ("-", "--", "-.", (0, (1, 1)), (0, (6, 1, 1, 1, 1, 1)), (0, (8, 2)), (0, (3, 1)))
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*", "<", "p", ">", "h", "d")

SETTINGS = {
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.alpha": 0.25,
    "legend.frameon": False,
    "svg.fonttype": "none",
    "svg.hashsalt": "walker_rl",
}


@dataclasses.dataclass(frozen=True)
class Style:
    """Look of a group; its dashes and marker distinguish it without colour, too."""

    colour: str
    dashes: Any
    marker: str


def styles(groups: Iterable[str]) -> dict[str, Style]:
    """A style for each group.

    An agent's is the same in any company. Other groups take those after all agents', in the order of their names, or
    the first ones if no agent is among them.
    """
    names = list(groups)
    agents = [*AGENTS, *(name for name in agent_names() if name not in AGENTS)]
    others = sorted(set(names).difference(agents))
    order = others if len(others) == len(names) else [*agents, *others]
    return {name: _style(order.index(name)) for name in names}


def _style(place: int) -> Style:
    """Colours and dashes come again, in other pairs; after the last marker, the place itself is one."""
    marker = MARKERS[place] if place < len(MARKERS) else f"${place}$"
    return Style(COLOURS[place % len(COLOURS)], DASHES[place % len(DASHES)], marker)


def save(figure: Figure, path: Path) -> list[Path]:
    """Writes a figure as `path` with .png and with .svg, without dates; returns both."""
    written = []
    for suffix, metadata in ((".png", {"Software": None}), (".svg", {"Date": None, "Creator": None})):
        written.append(path.with_name(path.name + suffix))
        figure.savefig(written[-1], dpi=150, metadata=metadata)
    return written

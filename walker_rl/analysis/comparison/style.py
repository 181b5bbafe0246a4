"""Look and name of a group, the same in every figure, and the saving of a figure, the same bytes every time."""

import dataclasses
import io
import re
import textwrap
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure
from PIL import Image

from walker_rl.agents import agent_names, display_name
from walker_rl.printable import plain

AGENTS = ("d4pg", "ddpg", "dmpo", "gait", "ppo", "sac", "td3")
"""Agents whose place is fixed, and with it their look; others follow."""

# Okabe and Ito's palette without its yellow, which is too pale for lines on white, and Tol's wine.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#000000", "#56B4E9", "#882255")
DASHES = ("-", "--", ":", "-.")
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
    """Look of a group; its marker distinguishes it without colour, too."""

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
    """Colours come again, with other dashes; after the last marker, the place itself is one."""
    marker = MARKERS[place] if place < len(MARKERS) else f"${place}$"
    return Style(COLOURS[place % len(COLOURS)], DASHES[place // len(COLOURS) % len(DASHES)], marker)


def group_label(group: str, count: str = "", width: int | None = None) -> str:
    """A group as figures name it: "D4PG + gait" of "d4pg + gait", by the name that the agent has in papers.

    Args:
        group: its name.
        count: follows it in brackets, as in "D4PG (5 seeds)".
        width: characters of a line; None for one line.
    """
    agent = re.split(r" \+ |, ", group, maxsplit=1)[0]
    name = (display_name(agent) if agent in agent_names() else agent) + group.removeprefix(agent)
    label = f"{name} ({count})" if count else name
    return "\n".join(map(plain, textwrap.wrap(label, width) if width else [label]))


def save(figure: Figure, path: Path) -> list[Path]:
    """Writes a figure as `path` with .png, of at most 256 colours, and with .svg, without dates; returns both."""
    drawn = io.BytesIO()
    figure.savefig(drawn, format="png", dpi=150)
    png, svg = (path.with_name(path.name + suffix) for suffix in (".png", ".svg"))
    with Image.open(drawn) as image:  # A third of the size that it has with all its colours.
        image.convert("RGB").quantize(256, dither=Image.Dither.NONE).save(png, optimize=True)
    figure.savefig(svg, metadata={"Date": None, "Creator": None})
    return [png, svg]

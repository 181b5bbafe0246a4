"""Styles and names of groups, the same in every figure, and reproducible figure files."""

import dataclasses
import io
import math
import re
import textwrap
from collections.abc import Iterable, Sequence, Sized
from pathlib import Path
from typing import Any

from matplotlib.artist import Artist
from matplotlib.figure import Figure
from PIL import Image

from walker_rl.agents import agent_names, display_name
from walker_rl.files.whole_file import whole_file
from walker_rl.printable import plain

AGENTS = ("d4pg", "ddpg", "dmpo", "gait", "ppo", "sac", "td3")
"""Agents in the fixed order that determines their style; others follow."""

# Okabe and Ito's palette without its yellow, which is too pale for lines on white, and Tol's wine.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#000000", "#56B4E9", "#882255")
DASHES = ("-", "--", ":", "-.")
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*", "<", "p", ">", "h", "d")

SETTINGS: list[Any] = [
    "default",
    {
        "font.size": 9,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.grid": True,
        "axes.axisbelow": True,
        "grid.alpha": 0.25,
        "legend.frameon": False,
        "svg.fonttype": "none",
        "svg.hashsalt": "walker_rl",
    },
]
"""Matplotlib's defaults, whatever the user's own settings are, and what differs from them."""


DPI = 150

MAX_LENGTH, MAX_AREA = 60_000, 8e7
"""Most pixels of a side that Matplotlib draws, and of a picture that Pillow reads without a warning."""


@dataclasses.dataclass(frozen=True)
class Style:
    """Style of a group; its marker distinguishes it without colour, too."""

    colour: str
    dashes: Any
    marker: str


def styles(groups: Iterable[str]) -> dict[str, Style]:
    """Returns a style for each group.

    An agent's style does not depend on the other groups. Other groups, in the order of their names, take the styles
    after all agents', or the first ones if there is no agent.
    """
    names = list(groups)
    agents = [*AGENTS, *(name for name in agent_names() if name not in AGENTS)]
    others = sorted(set(names).difference(agents))
    order = others if len(others) == len(names) else [*agents, *others]
    return {name: _style(order.index(name)) for name in names}


def _style(place: int) -> Style:
    """Colours repeat with other dashes; after the last marker, the place's number is the marker."""
    marker = MARKERS[place] if place < len(MARKERS) else f"${place}$"
    return Style(COLOURS[place % len(COLOURS)], DASHES[place // len(COLOURS) % len(DASHES)], marker)


def group_label(group: str, count: str = "", width: int | None = None) -> str:
    """Returns a group's name for figures, with the agent's name as in papers: "mine: D4PG" for "mine: d4pg".

    Args:
        group: the group's name.
        count: text that follows in brackets, as in "D4PG (5 seeds)".
        width: maximum characters per line; None for a single line.
    """
    agents = "|".join(map(re.escape, agent_names()))
    name = re.sub(rf"(^|: )({agents})(?= \+ |, |$)", lambda found: found[1] + display_name(found[2]), group, count=1)
    label = f"{name} ({count})" if count else name
    return "\n".join(map(plain, textwrap.wrap(label, width) if width else [label]))


def time_unit(longest: float) -> tuple[str, float]:
    """Returns the unit in which times up to `longest` seconds are drawn, and its seconds."""
    if longest < 2 * 60:
        return "seconds", 1.0
    return ("minutes", 60.0) if longest < 5 * 3600 else ("hours", 3600.0)


def point_marker(x: Sized) -> str | None:
    """Returns a marker for a curve of a single point, whose line can't be seen; None for others."""
    return "o" if len(x) == 1 else None


def add_legend(figure: Figure, handles: Sequence[Artist]) -> None:
    """Adds a legend below the panels, in as many columns as fit the figure's width."""
    for num_columns in range(len(handles), 0, -1):
        legend = figure.legend(handles=handles, loc="outside lower center", ncols=num_columns)
        if num_columns == 1 or legend.get_window_extent().width <= figure.bbox.width:
            break
        legend.remove()


def save(figure: Figure, path: Path) -> list[Path]:
    """Writes a figure as `path` + .png, with at most 256 colours, and + .svg, without dates; returns both paths.

    A figure of very many tasks has fewer dots per inch.
    """
    drawn = io.BytesIO()
    width, height = figure.get_size_inches()
    dpi = min(DPI, MAX_LENGTH / max(width, height), math.sqrt(MAX_AREA / (width * height)))
    figure.savefig(drawn, format="png", dpi=dpi)
    png, svg = (path.with_name(path.name + suffix) for suffix in (".png", ".svg"))
    with Image.open(drawn) as image, whole_file(png) as file:  # A third of the full-colour size.
        image.convert("RGB").quantize(256, dither=Image.Dither.NONE).save(file, "png", optimize=True)
    with whole_file(svg) as file:
        figure.savefig(file, format="svg", metadata={"Date": None, "Creator": None})
    return [png, svg]

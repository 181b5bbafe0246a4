"""The layout of figures, the same in every process."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

DECIMALS = 12
"""Of a figure's width or height: a billionth of a point, far above what the solver's results differ by."""


class ReproducibleLayout(ConstrainedLayoutEngine):
    """Matplotlib's constrained layout, in rounded positions.

    Its solver orders its variables by their addresses in memory, so the last digits differ between processes, and with
    them an SVG's ids and now and then a printed digit.
    """

    def execute(self, fig: Figure) -> None:
        """Places all axes and subfigures of `fig`."""
        super().execute(fig)
        for subfigure in fig.subfigs:
            subfigure.bbox_relative.set_points(subfigure.bbox_relative.get_points().round(DECIMALS))
        for axes in fig.axes:
            _place(axes, axes.get_position(original=True).bounds)


def _place(axes: Axes, bounds: tuple[float, float, float, float]) -> None:
    left, bottom, width, height = np.round(bounds, DECIMALS)
    takes_part = axes.get_in_layout()
    axes.set_position((left, bottom, width, height), which="original")
    axes.set_in_layout(takes_part)  # Axes that are placed by hand no longer take part.

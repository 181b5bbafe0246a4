"""The layout of a comparison's figures."""

import matplotlib.style
import numpy as np
import pytest
from matplotlib._layoutgrid import LayoutGrid
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.transforms import Bbox

from walker_rl.analysis.comparison.layout import ReproducibleLayout
from walker_rl.analysis.comparison.style import SETTINGS, save


@pytest.fixture
def different_addresses(monkeypatch):
    """Changes the last digits of the solver's results, as other addresses of its variables do now and then."""
    solved, noise = LayoutGrid.get_inner_bbox, np.random.default_rng(0)

    def get_inner_bbox(grid, rows=0, cols=0):
        points = solved(grid, rows, cols).get_points()
        return Bbox(points * (1 + noise.uniform(-4e-16, 4e-16, points.shape)))

    monkeypatch.setattr(LayoutGrid, "get_inner_bbox", get_inner_bbox)


def drawn(layout, path) -> list[bytes]:
    """The bytes of a PNG and an SVG with eight panels in two blocks."""
    with matplotlib.style.context(SETTINGS):
        figure = Figure(figsize=(4, 9.3), layout=layout)
        for block in figure.subfigures(2, 1):
            for axes in block.subplots(2, 2).flat:
                axes.plot([0, 1], [0, 1])
                axes.set_title("a title")
        return [file.read_bytes() for file in save(figure, path)]


@pytest.mark.parametrize(("layout", "same"), [(ReproducibleLayout, True), (ConstrainedLayoutEngine, False)])
def test_the_last_digits_of_the_solver_change_no_byte(tmp_path, different_addresses, layout, same):
    first, second = (drawn(layout(), tmp_path / name) for name in "ab")
    assert (first == second) is same


def test_axes_and_subfigures_stay_where_the_solver_puts_them():
    positions = []
    for layout in (ReproducibleLayout(), ConstrainedLayoutEngine()):
        figure = Figure(figsize=(8, 5), layout=layout)
        left, right = figure.subfigures(1, 2)
        for axes in (*left.subplots(2, 1), right.subplots()):
            axes.set_ylabel("a label")
        figure.draw_without_rendering()
        positions.append([axes.get_position().bounds for axes in figure.axes] + [left.bbox.bounds, right.bbox.bounds])
    np.testing.assert_allclose(*positions, rtol=1e-9)

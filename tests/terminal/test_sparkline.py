"""Curves in one line."""

import pytest

from walker_rl.terminal.sparkline import sparkline


@pytest.mark.parametrize(
    ("values", "width", "text"),
    [
        ([], 8, ""),
        ([5.0], 8, "▁"),
        ([5.0, 5.0], 8, "▁▁"),
        (range(8), 8, "▁▂▃▄▅▆▇█"),
        (range(16), 8, "▁▂▃▄▅▆▇█"),
        ([0, 0, 0, 700, 0], 8, "▁▁▁█▁"),
        ([0.0, float("nan"), 700.0, float("inf")], 8, "▁█"),
        ([float("nan")], 8, ""),
        ([-300.0, -100.0, -200.0], 3, "▁█▅"),
        (range(10_000), 32, None),
    ],
)
def test_lowest_to_highest(values, width, text):
    drawn = sparkline(values, width)
    assert len(drawn) <= width
    assert text is None or drawn == text

"""Tables as files: which numbers are rounded, and what is refused."""

import math

import pytest

from walker_rl.analysis.tables import read_table, write_table


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (1_234_567.0, "1234567.0"),  # A count of steps.
        (1_234_567, "1234567"),
        (-12_345_678.0, "-12345678.0"),
        (1_234.5678, "1234.57"),
        (1 / 3, "0.333333"),
        (math.nan, "nan"),
        (-math.inf, "-inf"),
        (None, ""),
    ],
)
def test_only_fractions_are_rounded(tmp_path, value, cell):
    write_table(tmp_path / "table.csv", [{"name": "a", "value": value}])
    assert read_table(tmp_path / "table.csv") == [{"name": "a", "value": cell}]

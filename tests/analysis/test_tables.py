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


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_another_encoding_is_named(tmp_path, encoding):
    (tmp_path / "table.csv").write_text("name,value\na,1\n", encoding)
    with pytest.raises(ValueError, match="it must be UTF-8 text, without zero bytes"):
        read_table(tmp_path / "table.csv")


def test_the_mark_of_utf_8_that_a_spreadsheet_adds_is_no_part_of_a_name(tmp_path):
    (tmp_path / "table.csv").write_text("name,value\né,1\n", "utf-8-sig")
    assert read_table(tmp_path / "table.csv") == [{"name": "é", "value": "1"}]

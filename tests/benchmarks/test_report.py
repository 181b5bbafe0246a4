"""The table against numbers worked by hand."""

import json

import pytest

from benchmarks import report
from benchmarks.learning import LearningRow, ours
from benchmarks.report import Row
from benchmarks.timed_run import Outcome, Rules

PAIR = Row("ours", "steps/s", [30.0, 10.0, 20.0], "theirs", [10.0, 10.0, 5.0], target=2.5)


def test_a_ratio_is_taken_round_by_round():
    assert PAIR.ratios == [3.0, 1.0, 4.0]
    assert PAIR.to_dict()["ratio_median"] == 3.0
    assert (PAIR.to_dict()["median"], PAIR.to_dict()["other_median"]) == (20.0, 10.0)
    # The median of ratios, and not the ratio of medians, which would be 2.
    assert PAIR.cells() == (
        "ours",
        "20 (10 to 30) steps/s",
        "theirs",
        "10 (5 to 10) steps/s",
        "3 (1 to 4)",
        "at least 2.5",
    )


def test_a_row_may_stand_alone():
    row = Row("walker-rl --help", "s", [0.25], target=0.3, at_most=True)
    assert row.cells() == ("walker-rl --help", "0.25 s", "", "", "", "at most 0.3")
    assert row.to_dict().keys().isdisjoint({"other_median", "ratio_median"})


@pytest.mark.parametrize(
    ("value", "text"), [(0.12345, "0.123"), (1.0, "1"), (99.94, "99.9"), (1234.5, "1,234"), (0.0, "0")]
)
def test_numbers_have_three_digits(value, text):
    assert report.number(value) == text


def test_both_files_hold_every_row_and_note(tmp_path):
    rows = {"training": [PAIR], "start": [Row("help", "s", [0.5])]}
    report.write(tmp_path / "new", rows, ["a note"], rounds=3)
    lines = (tmp_path / "new/table.md").read_text().splitlines()
    assert "3 rounds" in lines[0]
    assert [line.split("|")[1].strip() for line in lines if line.startswith("|")] == [
        "part",
        "---",
        "training",
        "start",
    ]
    assert lines[-1] == "a note"
    content = json.loads((tmp_path / "new/table.json").read_text())
    assert content["parts"]["training"][0]["other_values"] == [10.0, 10.0, 5.0]
    assert content["notes"] == ["a note"]
    assert content["machine"]["cores"] >= 1


def test_rows_of_other_columns_have_a_table_of_their_own():
    runs = LearningRow(ours("D4PG"), Rules(), [Outcome((100.0,), (20_000,), None)])
    lines = report.to_text({"training": [PAIR], "learning": [runs], "start": [PAIR]}, [], rounds=1).splitlines()
    assert " GiB; 1 round; " in lines[0]
    starts = [line.split("|")[1].strip() if line else "" for line in lines[1:]]
    assert starts == ["", "part", "---", "training", "start", "", "part", "---", "learning"]
    assert lines[7].split("|")[2].strip() == "contestant"

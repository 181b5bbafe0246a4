"""Tables that a comparison may replace."""

import pytest

from tests.analysis.made_runs import make_run
from walker_rl.analysis.kept_tables import check_replaceable_tables
from walker_rl.analysis.run_tables import write_runs
from walker_rl.analysis.runs import read_runs
from walker_rl.errors import UserError


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with two sweeps of two runs, and the tables of the first in `kept`."""
    monkeypatch.chdir(tmp_path)
    for index, sweep in enumerate(("first", "second")):
        for seed in range(2):
            make_run(tmp_path / sweep / f"run{seed}", [100.123456789 + index, 200], f"seed={seed}")
    (tmp_path / "kept").mkdir()
    write_runs(read_runs(["first"]), tmp_path / "kept")
    return tmp_path


def refused(folder, *paths) -> str:
    """The reason for which the tables of a comparison of these paths may not replace those in `kept`."""
    with pytest.raises(UserError) as caught:
        check_replaceable_tables(folder / "kept", read_runs(paths))
    start, _, reason = str(caught.value).partition(" (")
    assert start == f"keep = {folder}/kept: must be new or hold tables of the same runs"
    return reason.removesuffix(")")


def test_tables_of_other_runs_stay(folder):
    assert refused(folder, "second") == "it also has run0, run1"
    assert refused(folder, "first/run1", "second") == "it also has run0"


def test_many_other_runs_are_counted(folder):
    for seed in range(2, 5):
        make_run(folder / "first" / f"run{seed}", [1], f"seed={seed}")
    write_runs(read_runs(["first"]), folder / "kept")
    assert refused(folder, "second") == "it also has run0, run1, run2 and 2 more"


def test_damaged_tables_stay(folder):
    (folder / "kept/runs.csv").write_text("run\n")
    same = "runs.csv and evaluations.csv must be of the same runs"
    damage = f"run = {folder}/kept: must be whole tables, as --keep writes them ({same})"
    assert refused(folder, "first") == damage


@pytest.mark.parametrize("paths", [["first"], ["kept"], ["first", "second"], ["kept", "second"]])
def test_tables_of_the_same_runs_are_replaced_also_if_one_was_lengthened(folder, paths):
    evaluations = folder / "first/run0/metrics/evaluation.csv"
    evaluations.write_text(evaluations.read_text() + "3000,30,300,0.0,300\n")
    check_replaceable_tables(folder / "kept", read_runs(paths))


def test_a_folder_without_tables_takes_any(folder):
    check_replaceable_tables(folder / "second", read_runs(["first"]))
    check_replaceable_tables(folder / "new", read_runs(["first"]))

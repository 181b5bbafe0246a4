"""Runs of the same name, and the order of names."""

from pathlib import Path

from tests.analysis.made_runs import make_run, refusal, run
from tests.tiny import AGENT
from walker_rl.analysis.compared_run import by_task
from walker_rl.analysis.comparison.summary import summarize
from walker_rl.analysis.run_names import Place, distinct_names, natural_order
from walker_rl.analysis.run_tables import write_runs
from walker_rl.analysis.runs import read_runs


def test_as_many_folders_stand_before_a_name_as_distinguish_it():
    places = [Place(Path(folder), "one") for folder in ("/x/a", "/x/b", "/y/b")]
    assert distinct_names(places) == ["x/a/one", "x/b/one", "y/b/one"]
    assert distinct_names(places[:2]) == ["a/one", "b/one"]
    assert distinct_names(places[:1]) == ["one"]
    assert distinct_names([*places[:2], Place(Path("/x/a"), "two")]) == ["a/one", "b/one", "two"]


def test_a_name_in_a_table_and_a_folder_with_a_name_may_look_the_same():
    kept, new = Path("/kept"), Path("/new")
    places = [Place(kept, "b/one"), Place(kept, "c/one"), Place(new / "b", "one"), Place(new / "c", "one")]
    assert distinct_names(places) == ["b/one", "c/one", "b/b/one", "c/c/one"]
    assert distinct_names([*places[2:], *places[:2]]) == ["b/one", "c/one", "kept/b/one", "kept/c/one"]
    places[1] = Place(kept, "b/b/one")
    assert distinct_names(places) == ["b/one", "b/b/one", "b/b/b/one", "c/one"]


def test_a_run_is_not_taken_for_a_statistic_of_its_group():
    places = [Place(Path("/x/a"), name) for name in ("IQM", "mean", "median", "one")]
    assert distinct_names(places) == ["a/IQM", "a/mean", "a/median", "one"]


def test_a_folder_inside_the_other_is_another():
    assert distinct_names([Place(Path("/x/a"), "one"), Place(Path("/x/a/a"), "one")]) == ["x/a/one", "a/a/one"]


def test_numbers_in_names_count():
    names = ["", "9", "10", "d4pg", "d4pg, 0.5", "d4pg, 9", "d4pg, 10", "d4pg, [64, 64]", "ddpg"]
    assert sorted(reversed(names), key=natural_order) == names


def test_groups_and_runs_are_in_the_order_of_their_numbers():
    runs = [run(f"run{number}", [1], group=f"d4pg, {number}") for number in (10, 9, 0.5)]
    assert list(by_task(runs)["T"]) == ["d4pg, 0.5", "d4pg, 9", "d4pg, 10"]
    runs = [run(name, [1]) for name in ("b10", "b9", "a")]
    assert [one.name for one in by_task(runs)["T"]["a"]] == ["a", "b9", "b10"]


def test_runs_of_one_name_in_two_folders_are_told_apart(tmp_path):
    for folder in ("a", "b"):
        make_run(tmp_path / folder / "one", [1])
    runs = read_runs([tmp_path / "a" / "one", tmp_path / "b" / "one"])
    assert [run.name for run in runs] == ["a/one", "b/one"]
    make_run(tmp_path / "c" / "b" / "one", [1])
    runs = read_runs([tmp_path / "c" / "b" / "one", tmp_path / "a" / "one", tmp_path / "b" / "one"])
    assert [run.name for run in runs] == ["c/b/one", f"{tmp_path.name}/a/one", f"{tmp_path.name}/b/one"]
    (tmp_path / "kept").mkdir()
    write_runs(read_runs([tmp_path / "a" / "one"]), tmp_path / "kept")
    runs = read_runs([tmp_path / "a", tmp_path / "kept"])
    assert [run.name for run in runs] == ["a/one", "kept/one"]
    assert f"{AGENT}: runs with the same evaluations, perhaps copies: a/one, kept/one" in summarize(runs)[0].notes


def test_runs_of_one_name_in_two_folders_of_tables_are_told_apart(tmp_path):
    for folder in ("a", "b"):
        make_run(tmp_path / folder / "one", [1])
        write_runs(read_runs([tmp_path / folder / "one"]), tmp_path / folder)
    assert [run.name for run in read_runs([tmp_path / "a", tmp_path / "b"])] == ["a/one", "b/one"]
    assert refusal([tmp_path / "a", tmp_path / "a"]) == f"run = one: is given twice; it is in {tmp_path}/a"

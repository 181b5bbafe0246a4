"""What a report tells of settings and origins."""

from tests.analysis.made_runs import make_run
from tests.tiny import AGENT
from walker_rl.analysis.report.details import common, differing, owned, read_details

TABLES = {
    "a": [{"x": 1, "y": [2, 3], "z": "same", "seed": 0}, {"x": 5, "y": [2, 3], "z": "same", "seed": 1}],
    "b": [{"x": 1, "y": [4], "z": "same", "seed": 0, "own": None}],
}


def test_what_differs_is_told_group_by_group():
    assert differing(TABLES) == [("x", ["1, 5", "1"]), ("y", ["[2, 3]", "[4]"])]
    assert differing({"a": TABLES["a"]}) == [("x", ["1, 5"])]
    assert differing({}) == []


def test_what_some_groups_have_and_others_have_not_differs():
    assert differing({"a": [{"x": 1}], "b": [{"x": 1}], "c": [{}]}) == [("x", ["1", "1", "-"])]


def test_what_some_runs_of_a_group_have_differs_within_it():
    tables = {"a": [{"x": 1}, {}], "b": [{}]}
    assert differing(tables) == [("x", ["1, -", "-"])]
    assert owned(tables) == []


def test_what_one_group_has_alone_is_told_apart():
    assert owned(TABLES) == [("b: own", "null")]
    assert owned({"b": TABLES["b"]}) == []


def test_what_all_have_in_common_is_told_once():
    assert common([*TABLES["a"], *TABLES["b"]]) == [("z", "same")]
    assert common([]) == []


def test_a_run_directory_tells_its_settings_and_origin(tmp_path):
    make_run(tmp_path / "run", [1], "seed=3", "agent.n_step=7")
    details = read_details(tmp_path / "run")
    assert (details.settings["agent_name"], details.settings["agent.n_step"]) == (AGENT, 7)
    assert details.provenance["packages.gym"] == "0.25.2"
    assert details.provenance["machine.num_cores"] >= 1
    assert "run_id" not in details.provenance
    assert details.video is None

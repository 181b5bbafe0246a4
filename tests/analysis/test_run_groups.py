"""Groups of the runs that a comparison reads."""

import os

from tests.analysis.made_runs import make_run, refusal
from tests.tiny import AGENT
from walker_rl.analysis.compared_run import by_task
from walker_rl.analysis.comparison.summary import summarize
from walker_rl.analysis.run_tables import write_runs
from walker_rl.analysis.runs import read_runs


def test_runs_with_a_prior_are_a_group_of_their_own(tmp_path):
    """The pretrained gait was found after 580,000 steps of a search; tables keep that."""
    make_run(tmp_path / "plain", [1], "seed=1")
    make_run(tmp_path / "first", [2], "seed=2", "agent.prior.policy=gait")
    runs = read_runs([f"{tmp_path}/*"])
    assert [(run.group, run.prior_steps) for run in runs] == [(f"{AGENT} + gait", 580_000), (AGENT, None)]
    assert runs[0].command == f"walker-rl train {AGENT} --set agent.prior.policy=gait --set seed=2"
    (tmp_path / "kept").mkdir()
    write_runs(runs, tmp_path / "kept")
    assert {run.group: run.prior_steps for run in read_runs([tmp_path / "kept"])} == {
        f"{AGENT} + gait": 580_000,
        AGENT: None,
    }
    (summary,) = summarize(runs)
    note = "the prior took 580,000 steps of an earlier run or recording, which are not counted"
    assert [line for line in summary.notes if "the prior" in line] == [f"{AGENT} + gait: {note}"]
    by_steps = read_runs([tmp_path / "first"], "agent.n_step")
    assert by_steps[0].group == f"{AGENT} + gait, n_step 3"


def test_patterns_name_runs_and_groups_may_be_other_fields(tmp_path):
    for seed, n_step in enumerate([1, 1, 3]):
        make_run(tmp_path / f"run{seed}", [seed], f"seed={seed}", f"agent.n_step={n_step}")
    runs = read_runs([f"{tmp_path}/run*"], "agent.n_step")
    assert [(run.name, run.group) for run in runs] == [
        ("run0", f"{AGENT}, n_step 1"),
        ("run1", f"{AGENT}, n_step 1"),
        ("run2", f"{AGENT}, n_step 3"),
    ]
    tasks = by_task(reversed(runs))
    assert {task: {group: len(of) for group, of in groups.items()} for task, groups in tasks.items()} == {
        "Walker2DBulletEnv-v0": {f"{AGENT}, n_step 1": 2, f"{AGENT}, n_step 3": 1}
    }


def test_agents_with_the_same_value_are_not_seeds_of_the_same(tmp_path):
    for agent in ("d4pg", "ddpg"):
        make_run(tmp_path / agent, [1], "agent.n_step=3", agent=agent)
    runs = read_runs([tmp_path / "d4pg", tmp_path / "ddpg"], "agent.n_step")
    assert [run.group for run in runs] == ["d4pg, n_step 3", "ddpg, n_step 3"]


def test_groups_are_named_in_the_words_of_configurations(tmp_path):
    make_run(tmp_path / "run", [1], "agent.normalize_observations=false", "max_walltime=null", agent="d4pg")
    names = {"agent.normalize_observations": "normalize_observations false", "max_walltime": "max_walltime null"}
    for field, name in names.items():
        assert read_runs([tmp_path / "run"], field)[0].group == f"d4pg, {name}"


def test_groups_may_be_split_by_folder(tmp_path):
    for folder in ("mine", "published"):
        make_run(tmp_path / folder / "one", [1])
    write_runs(read_runs([tmp_path / "published"]), tmp_path / "published")
    given = [tmp_path / "mine", tmp_path / "published"]
    assert [run.group for run in read_runs(given, "folder")] == [f"mine: {AGENT}", f"published: {AGENT}"]
    (summary,) = summarize(read_runs(given))
    assert f"{AGENT}: runs of the folders mine, published: --group-by folder separates them" in summary.notes
    assert not any("folders" in note for note in summarize(read_runs(given, "folder"))[0].notes)
    (tmp_path / "mine").rename(odd := tmp_path / os.fsdecode(b"not utf-8: \xff"))
    assert read_runs([odd], "folder")[0].group == rf"not utf-8: \udcff: {AGENT}"


def test_tables_have_no_fields_to_group_by(tmp_path):
    make_run(tmp_path / "one", [1])
    (tmp_path / "kept").mkdir()
    write_runs(read_runs([tmp_path / "one"]), tmp_path / "kept")
    notes = []
    (run,) = read_runs([tmp_path / "kept"], "agent.n_stp", notes.append)
    assert run.group == AGENT
    assert notes == ["note: group_by = agent.n_stp: runs in tables have no fields, and keep their groups"]


def test_a_run_without_the_field_keeps_its_group(tmp_path):
    field, notes = "environment.length", []
    make_run(tmp_path / "defaults", [1])
    for value in (2, 3):
        make_run(tmp_path / f"length{value}", [1], f"{field}={value}")
    make_run(tmp_path / "ppo", [1], agent="ppo")
    runs = read_runs([f"{tmp_path}/*"], field, notes.append)
    assert [run.group for run in runs] == [AGENT, f"{AGENT}, length 2", f"{AGENT}, length 3", "ppo"]
    assert notes == [f"note: group_by = {field}: runs without this field keep their groups: defaults, ppo"]
    assert refusal([tmp_path / "defaults", tmp_path / "ppo"], field) == (
        f"group_by = {field}: must be a field of the configuration; no run has such a field"
    )
    assert refusal([tmp_path / "ppo"], "folders").endswith("no run has such a field; did you mean folder?")

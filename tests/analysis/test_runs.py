"""What a comparison reads."""

import json
import os
import re
import shlex
import shutil
import time

import numpy as np
import pytest
import yaml

from tests.analysis.made_runs import make_run, refusal
from tests.fuzzing import bomb
from tests.tiny import AGENT
from walker_rl.analysis.final_evaluation import FinalEvaluation
from walker_rl.analysis.run_tables import write_runs
from walker_rl.analysis.runs import read_runs
from walker_rl.analysis.tables import read_table, write_table
from walker_rl.errors import UserError
from walker_rl.experiments.config_loading import load_config
from walker_rl.experiments.run.creation import create_run_directory
from walker_rl.pretrained import find_policy


def test_a_run_directory_says_what_it_is(tmp_path):
    made = make_run(tmp_path / "one", [10, 30.5], "seed=4", "agent.sigma=0.3", final=(40.0, 35.0))
    (run,) = read_runs([tmp_path / "one"])
    assert (run.name, run.group, run.task, run.seed) == ("one", AGENT, "Walker2DBulletEnv-v0", 4)
    np.testing.assert_array_equal(run.actor_steps, [1000, 2000])
    np.testing.assert_array_equal(run.walltime, [60, 120])
    np.testing.assert_array_equal(run.returns, [10, 30.5])
    assert (run.last_return, run.best_return) == (35, 40)
    assert run.last == FinalEvaluation(35.0, 0.0, 0.0)
    assert np.isnan(run.critic_losses).all()
    assert run.learner_steps == 20
    assert run.commit == yaml.safe_load(made.config.read_text())["provenance"]["commit"]
    assert run.command == f"walker-rl train {AGENT} --set agent.sigma=0.3 --set seed=4"


def test_a_command_sets_to_null_what_a_run_of_before_the_field_lacks(tmp_path):
    made = make_run(tmp_path / "one", [1], agent="ppo")
    lines, count = re.subn("  (stddev|adam_epsilon):.*\n(  - .*\n)*", "", made.config.read_text())
    made.config.write_text(lines)
    assert count == 2
    (run,) = read_runs([tmp_path / "one"])
    assert run.command == "walker-rl train ppo --set agent.stddev=null"


def test_a_run_that_goes_on_has_no_final_returns_and_may_have_no_times(tmp_path):
    make_run(tmp_path / "one", [10, 20, 30], walltimes=[60.0])
    (run,) = read_runs([tmp_path / "one"])
    assert (run.last_return, run.best_return) == (None, None)
    np.testing.assert_array_equal(run.walltime, [60, np.nan, np.nan])


def test_a_folder_of_runs_names_them_all(tmp_path):
    for seed in (1, 0):
        make_run(tmp_path / "sweep" / f"seed{seed}", [seed], f"seed={seed}")
    (tmp_path / "sweep" / "sweep.json").write_text("{}")
    (tmp_path / "sweep" / "comparison").mkdir()
    assert [run.name for run in read_runs([tmp_path / "sweep"])] == ["seed0", "seed1"]
    for name in ("other2", "other10"):
        make_run(tmp_path / "sweep" / name / "seed2", [2], "seed=2")
    notes = []
    assert [run.name for run in read_runs([tmp_path / "sweep"], note=notes.append)] == ["seed0", "seed1"]
    assert notes == [f"note: left out: folders of runs in {tmp_path / 'sweep'}: other2, other10"]


def test_run_directories_beside_tables_are_named(tmp_path):
    """Tables stand for their folder; a run that comes later is not among them."""
    make_run(tmp_path / "sweep" / "run2", [1])
    write_runs(read_runs([tmp_path / "sweep"]), tmp_path / "sweep")
    make_run(tmp_path / "sweep" / "run10", [1], "seed=1")
    notes = []
    assert [run.name for run in read_runs([tmp_path / "sweep"], note=notes.append)] == ["run2"]
    assert notes == [f"note: left out: run directories beside the tables in {tmp_path / 'sweep'}: run2, run10"]


def test_a_path_that_exists_is_meant_as_it_is_typed(tmp_path, monkeypatch):
    for folder in ("g[1]", "g1", "sets[ab]/one", "setsa/two", "*", "odd"):
        make_run(tmp_path / folder, [1])
    monkeypatch.chdir(tmp_path)
    names = {
        "g[1]": ["g[1]"],
        "g[1]/": ["g[1]"],
        "g[!2]": ["g1"],
        "sets[ab]/*": ["one"],
        "set?a/*": ["two"],
        "*": ["*"],
        f"{tmp_path}/g[1]": ["g[1]"],
        f"{tmp_path}/o*": ["odd"],
        "./g1/../g[1]": ["g[1]"],
    }
    for path, expected in names.items():
        assert [run.name for run in read_runs([path])] == expected, path
    assert refusal(["g[1]/*/config"]) == "run = g[1]/*/config: does not exist, and as a pattern matches nothing"


def test_a_name_may_have_any_characters(tmp_path):
    names = sorted(['é, "quoted"', os.fsdecode(b"not utf-8: \xff"), "a\nb"])
    for name in names:
        make_run(tmp_path / "runs" / name, [1])
    (tmp_path / "kept").mkdir()
    write_runs(read_runs([tmp_path / "runs" / name for name in names]), tmp_path / "kept")
    assert [run.name for run in read_runs([tmp_path / "kept"])] == names


def test_the_command_of_a_run_says_what_it_was(tmp_path):
    """Values are typed as YAML, and words are quoted for a shell."""
    policy = tmp_path / "a: b #1 [2] it's" / "best.npz"
    policy.parent.mkdir()
    shutil.copy(find_policy("gait"), policy)
    made = make_run(tmp_path / "run", [1], f"agent.prior.policy={json.dumps(str(policy))}")
    (run,) = read_runs([made.path])
    program, train, agent, *options = shlex.split(run.command)
    assert (program, train, agent, options[0]) == ("walker-rl", "train", AGENT, "--set")
    assert load_config(AGENT, overrides=options[1::2]).agent.prior.policy == str(policy)


def test_the_command_of_a_run_repeats_arguments_whose_names_have_dots(tmp_path):
    arguments = {"overrides": {"joint.damping": 2}, "goal": 1}
    made = make_run(tmp_path / "run", [1], f"environment={json.dumps(arguments)}")
    (run,) = read_runs([made.path])
    *_, option, override = shlex.split(run.command)
    assert option == "--set"
    assert load_config(AGENT, overrides=[override]).environment == arguments


def test_the_critics_loss_at_an_evaluation_is_the_mean_since_the_one_before(tmp_path):
    made = make_run(tmp_path / "one", [10, 20, 30, 40])
    rows = ["actor_steps,learner_steps,critic_loss", "1000,1,5", "1001,2,1", "2000,3,3", "3500,4,4", "9000,5,7"]
    (made.metrics / "learner.csv").write_text("\n".join([*rows, ""]))
    (run,) = read_runs([tmp_path / "one"])
    np.testing.assert_array_equal(run.critic_losses, [5, 2, np.nan, 4])


def test_tables_keep_all_of_it(tmp_path):
    make_run(tmp_path / "one", [10, 1 / 3], "seed=4", final=(40.0, 35.0), falls=(1, 2), ended_by="return")
    make_run(tmp_path / "two", [1, 2, 3], "task=Pendulum-v1", walltimes=[5.0])
    runs = read_runs([tmp_path / "one", tmp_path / "two"])
    assert [run.ended_by for run in runs] == ["return", None]
    (tmp_path / "kept").mkdir()
    write_runs(runs, tmp_path / "kept")
    again = read_runs([tmp_path / "kept"])
    for run, other in zip(runs, again, strict=True):
        for name in ("name", "group", "task", "seed", "commit", "command", "last", "best", "learner_steps", "ended_by"):
            assert getattr(other, name) == getattr(run, name)
        assert other.directory is None
        for name in ("actor_steps", "walltime", "returns", "critic_losses"):
            np.testing.assert_allclose(getattr(other, name), getattr(run, name), rtol=5e-6)


def test_tables_of_before_falls_were_counted_have_returns_alone(tmp_path):
    make_run(tmp_path / "one", [10], final=(40.0, 35.0))
    write_runs(read_runs([tmp_path / "one"]), tmp_path)
    rows = read_table(tmp_path / "runs.csv")
    later = ("learner_steps", "ended_by", "last_stddev", "last_falls", "best_stddev", "best_falls")
    write_table(tmp_path / "runs.csv", [{name: row[name] for name in row if name not in later} for row in rows])
    (run,) = read_runs([tmp_path])
    assert (run.last, run.best) == (FinalEvaluation(35.0, None, None), FinalEvaluation(40.0, None, None))
    assert (run.learner_steps, run.ended_by) == (None, None)


def test_a_summary_of_before_falls_were_counted_shows_them_by_its_lengths(tmp_path):
    made = make_run(tmp_path / "one", [10], final=(40.0, 35.0))
    summary = json.loads(made.summary.read_text())
    for name in ("best", "last"):
        del summary[name]["episode_falls"]
    summary["best"]["episode_lengths"] = [1000, 999, 1000, 12]
    made.summary.write_text(json.dumps(summary))
    (run,) = read_runs([tmp_path / "one"])
    assert (run.last.falls, run.best.falls) == (0.0, 0.5)


def test_what_is_no_run_is_refused(tmp_path):
    create_run_directory(tmp_path / "new", load_config(AGENT))
    make_run(tmp_path / "one", [1])
    (tmp_path / "empty").mkdir()
    assert refusal([tmp_path / "empty"]) == (
        f"run = {tmp_path}/empty: must be a run directory, a folder of some, or one with runs.csv and evaluations.csv"
    )
    assert refusal([tmp_path / "no*ne"]) == (
        f"run = {tmp_path}/no*ne: does not exist, and as a pattern matches nothing"
    )
    for path in ("of/a10/one/config.yaml", "of/a9/runs.csv", "of/other/notes.txt"):
        (tmp_path / path).parent.mkdir(parents=True)
        (tmp_path / path).touch()
    assert refusal([tmp_path / "of"]).endswith(" with runs.csv and evaluations.csv, as are its folders a9, a10")
    assert refusal([tmp_path / "new"]) == f"run = {tmp_path / 'new'}: must have an evaluation; it has none yet"
    (tmp_path / "kept").mkdir()
    write_runs(read_runs([tmp_path / "one"]), tmp_path / "kept")
    evaluations = tmp_path / "kept" / "evaluations.csv"
    evaluations.write_text(evaluations.read_text().replace("critic_loss", "loss"))
    assert refusal([tmp_path / "kept"]) == (
        f"run = {tmp_path / 'kept'}: must have critic_loss in runs.csv and evaluations.csv"
    )
    assert refusal([tmp_path / "one", tmp_path / "one"]) == f"run = one: is given twice; it is in {tmp_path}"
    assert refusal(["x" * 300]).startswith(f"run = {'x' * 300}: does not exist")


def test_a_configuration_that_would_take_for_ever_is_refused_at_once(tmp_path):
    run = make_run(tmp_path / "run", [1, 2]).path
    (run / "config.yaml").write_text(bomb("[{}]"))
    began = time.process_time()
    with pytest.raises(
        UserError, match=r"config.yaml: must hold a configuration as it was written \(more than 10,000 values\)$"
    ):
        read_runs([run])
    assert time.process_time() - began < 5

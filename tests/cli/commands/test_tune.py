"""`walker-rl tune`, with real trainings."""

import signal
import sqlite3

import optuna
import pytest
import yaml

from tests.fakes import file_size_limit
from tests.tiny import (
    AGENT,
    in_every_python,
    metrics_of,
    run_command,
    set_options,
    start_command,
    tiny_agent,
    training_processes,
    wait_for,
)
from walker_rl.agents import search_space
from walker_rl.cli import main
from walker_rl.cli.program import command_line
from walker_rl.experiments.config_loading import load_config
from walker_rl.experiments.run.metrics import recorded_evaluations
from walker_rl.experiments.tuning.plan import Plan
from walker_rl.experiments.tuning.score import score
from walker_rl.experiments.tuning.study import WARM_UP_SHARE, Study

SMALL = (
    *(one for one in tiny_agent(AGENT) if one.removeprefix("agent.").split("=")[0] not in search_space(AGENT)),
    "task=Pendulum-v1",
    "log_period=50",
    "evaluation.period=150",
    "evaluation.num_episodes=1",
    "evaluation.num_final_episodes=1",
    "max_actor_steps=450",
    "checkpoint.steps_period=150",
)


def tune(output, *words):
    return ("tune", AGENT, "--output", output, "--jobs", "1", *set_options(SMALL), *words)


def trial_metrics(output):
    return {path.name: metrics_of(path) for path in sorted((output / "trials").iterdir())}


@pytest.mark.slow
def test_a_search_that_is_killed_goes_on_and_gives_the_same(tmp_path):
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    made = run_command(*tune(whole, "--trials", "2", "--seeds", "3-4"))
    assert made.returncode == 0, made.stderr
    assert "2 trials complete, 0 pruned, 0 failed" in made.stdout
    assert sorted(path.name for path in (whole / "trials").iterdir()) == [
        f"trial000{number}_seed{seed}" for number in range(2) for seed in (3, 4)
    ]
    assert not list(whole.glob("trials/*/checkpoints"))
    process = start_command(*tune(killed, "--trials", "2", "--seeds", "3-4"))
    wait_for(killed / "trials/trial0000_seed4/metrics/evaluation.csv", process, num_lines=2)
    process.send_signal(signal.SIGKILL)
    process.wait()
    again = run_command(*tune(killed, "--trials", "2", "--seeds", "3-4"))
    assert "trial 0: agent.discount" in again.stdout
    first = {name: metrics for name, metrics in trial_metrics(killed).items() if name.startswith("trial0000")}
    assert first == {name: trial_metrics(whole)[name] for name in first}
    following = command_line("train", AGENT, "--config", whole / "best.yaml")
    assert made.stdout.splitlines()[-1] == f"next: {following}"
    best = load_config(AGENT, [whole / "best.yaml"])
    assert best.task == "Pendulum-v1"
    fields = yaml.safe_load((whole / "best.yaml").read_text())
    assert fields["agent_name"] == AGENT
    assert {"agent_name", "agent", "task"} >= fields.keys()


@pytest.mark.slow
def test_a_trial_whose_process_is_killed_is_tried_once_more(tmp_path):
    process = start_command(*tune(tmp_path, "--trials", "1", "--seeds", "3"))
    wait_for(tmp_path / "trials/trial0000_seed3/metrics/evaluation.csv", process, num_lines=2)
    training_processes(process)[0].kill()
    output, _ = process.communicate(timeout=300)
    assert process.returncode == 0, output
    assert "trial 0: failed, killed by SIGKILL; retrying once\n" in output
    assert "1 trial complete, 0 pruned, 0 failed" in output


def test_a_search_ends_when_three_trials_in_a_row_have_failed(tmp_path):
    """Each process of a trial ends before it trains."""
    environment = in_every_python(tmp_path, "import os, sys; 'train' in sys.orig_argv and os._exit(3)")
    made = run_command(*tune(tmp_path / "study", "--trials", "9", "--seeds", "3"), env=environment)
    logs = tmp_path / "study" / "logs"
    assert (made.returncode, made.stderr) == (1, f"error: 3 trials in a row have failed; see {logs}\n")
    for number in range(3):
        assert f"trial {number}: failed, with status 3" in made.stdout
    assert "trial 3" not in made.stdout
    trials = optuna.load_study(study_name="walker_rl", storage=f"sqlite:///{tmp_path}/study/study.db").trials
    assert [trial.state.name for trial in trials] == ["FAIL"] * 3


@pytest.mark.slow
def test_every_evaluation_is_reported_in_its_order(tmp_path):
    """Several come between two looks at a run."""
    made = run_command(*tune(tmp_path, "--trials", "1", "--seeds", "3-4", "--set", "evaluation.period=25"))
    assert made.returncode == 0, made.stderr
    (trial,) = optuna.load_study(study_name="walker_rl", storage=f"sqlite:///{tmp_path}/study.db").trials
    assert list(trial.intermediate_values) == list(range(1, 2 * 18 + 1))
    returns = [
        [
            evaluation.mean_return
            for evaluation in recorded_evaluations(tmp_path / f"trials/trial0000_seed{seed}/metrics")
        ]
        for seed in (3, 4)
    ]
    steps = [25 * (number + 1) for number in range(18)]
    assert trial.intermediate_values[10] == pytest.approx(score(steps[:10], returns[0][:10]))
    expected = (score(steps, returns[0]) + score(steps[:5], returns[1][:5])) / 2
    assert trial.intermediate_values[18 + 5] == pytest.approx(expected)


@pytest.mark.slow
def test_a_trial_below_the_median_is_given_up(tmp_path):
    """Five trials that were better than any pendulum are in the study already."""
    plan = Plan(load_config(AGENT, overrides=SMALL), (3,), "median")
    study = Study(tmp_path, search_space(AGENT), plan)
    for _ in range(5):
        trial = study.ask()
        for number in range(1, plan.num_evaluations + 1):
            trial.report(1e6, number)
        study.complete(trial, 1e6)
    made = run_command(*tune(tmp_path, "--trials", "6", "--seeds", "3"))
    assert made.returncode == 0, made.stderr
    first_judged = round(WARM_UP_SHARE * plan.num_evaluations) + 1
    assert f"trial 5: pruned after {first_judged} evaluations, score " in made.stdout
    assert "5 trials complete, 1 pruned, 0 failed" in made.stdout
    assert not (tmp_path / "trials/trial0005_seed3/summary.json").exists()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("nobody",), "agent = nobody: must be one of "),
        ((AGENT, "--pruner", "best"), "pruner = best: must be one of median, hyperband, none"),
        ((AGENT, "--seeds", "4-1"), "seeds = 4-1: 4-1 must have its lower end first, as in 1-4"),
        ((AGENT, "--seeds", "4", "--seeds", "4"), "seeds = 4,4: 4 is given twice"),
        ((AGENT, "--set", "seed=3"), "seed = 3: set seeds with --seeds"),
        ((AGENT, "--set", "agent.n_step=0"), "agent.n_step = 0: must be at least 1"),
        ((AGENT, "--task", "Nothing-v0"), "task = Nothing-v0: must be one that walker-rl list shows"),
    ],
)
def test_bad_input_gets_one_line_and_writes_nothing(tmp_path, capsys, monkeypatch, words, message):
    monkeypatch.chdir(tmp_path)
    assert main(["tune", *words]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"error: {message}")
    assert list(tmp_path.iterdir()) == []


def test_a_study_that_cannot_be_read_is_told_in_a_line(tmp_path, capsys):
    (tmp_path / "study.db").write_bytes(b"no database " * 1000)
    assert main(["tune", AGENT, "--output", str(tmp_path)]) == 1
    study = tmp_path / "study.db"
    assert capsys.readouterr().err.splitlines() == [
        f"error: {study}: file is not a database; the same command resumes once that is fixed"
    ]


def test_a_study_of_another_optuna_is_refused_in_a_line(tmp_path, capsys):
    Study(tmp_path, search_space(AGENT), Plan(load_config(AGENT), (100,), "none"))
    with sqlite3.connect(tmp_path / "study.db") as database:
        database.execute("UPDATE alembic_version SET version_num = 'v9.0.0.a'")
    assert main(["tune", AGENT, "--output", str(tmp_path)]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"error: output = {tmp_path}: must have a study of this version of Optuna (")


def test_a_full_disk_is_told_in_a_line(tmp_path, capsys):
    with file_size_limit(20_000):
        assert main(["tune", AGENT, "--output", str(tmp_path)]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"error: {tmp_path / 'study.db'}: ")
    assert line.endswith("; the same command resumes once that is fixed")

"""Runs that cannot be resumed, and what is said of them."""

import json
import os
import shlex

import pytest
import yaml

from tests.analysis.made_runs import make_run
from tests.tiny import AGENT
from walker_rl import __version__
from walker_rl.cli import main
from walker_rl.cli.quantities import parse_duration
from walker_rl.errors import NotWholeError, UserError
from walker_rl.experiments.config import ExperimentConfig
from walker_rl.experiments.config_loading import load_config
from walker_rl.experiments.run.creation import create_run_directory
from walker_rl.experiments.run.resuming import (
    check_has_checkpoint,
    check_length,
    check_same_version,
    is_complete,
)


def test_a_launched_run_of_an_older_version_is_refused_with_that_version(tmp_path):
    run = create_run_directory(tmp_path / "run", load_config(AGENT), "launch")
    check_has_checkpoint(run)
    manifest = run.checkpoints / "gen-000000000200" / "manifest.json"
    manifest.parent.mkdir()
    manifest.write_text("{}")
    commit = yaml.safe_load(run.config.read_text())["provenance"]["commit"]  # Quoted in the file if it reads as 8e9.
    version = rf"walker_rl {__version__} \(commit {commit}\)"
    with pytest.raises(UserError, match=f"^run = {run.path}: must be resumed with {version}, which wrote its check"):
        check_has_checkpoint(run)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda agent: agent.update(decay_steps=5), "agent.decay_steps = 5: unknown field"),
        (lambda agent: agent.pop("n_step"), "agent.n_step = {default}, there null"),
    ],
)
def test_a_run_of_another_version_that_had_other_fields_is_refused_with_that_version(tmp_path, change, problem, capsys):
    run = create_run_directory(tmp_path / "run", load_config(AGENT))
    fields = yaml.safe_load(run.config.read_text())
    problem = problem.format(default=fields["agent"]["n_step"])
    change(fields["agent"])
    fields["provenance"] |= {"walker_rl": "0.0.1", "commit": "abc"}
    run.config.write_text(yaml.safe_dump(fields))
    assert main(["train", AGENT, "--resume", str(run.path)]) == 2
    began = "must be resumed with walker_rl 0.0.1 (commit abc), which began it"
    assert capsys.readouterr().err.startswith(f"error: run = {run.path}: {began}; here {problem}")


def test_git_is_not_asked_for_the_commit_while_all_fields_are_as_they_were(tmp_path, monkeypatch):
    run = create_run_directory(tmp_path / "run", load_config(AGENT))
    git, asked = tmp_path / "git", tmp_path / "asked"
    git.write_text(f"#!/bin/sh\n: > {asked}\n")
    git.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    check_same_version(run)
    assert not asked.exists()
    run.config.write_text(run.config.read_text().replace("n_step:", "no_step:"))
    with pytest.raises(UserError, match=r"which began it; here agent[.]no_step"):
        check_same_version(run)
    assert asked.exists()


def test_a_file_that_is_no_checkpoint_does_not_let_rows_be_recorded_twice(tmp_path):
    run = make_run(tmp_path / "run", [1.0])
    (run.checkpoints / "notes.txt").touch()
    with pytest.raises(
        UserError, match=f"^run = {run.path}: must have a checkpoint to resume from; it has only metrics"
    ):
        check_has_checkpoint(run)


def test_a_link_to_metrics_that_were_not_copied_counts_as_metrics(tmp_path):
    run = create_run_directory(tmp_path / "run", load_config(AGENT))
    check_has_checkpoint(run)
    (run.metrics / "training.csv").symlink_to(tmp_path / "nowhere.csv")
    with pytest.raises(UserError, match=r"it has only metrics$"):
        check_has_checkpoint(run)


def test_a_run_stays_complete_where_only_what_trains_it_changes(tmp_path):
    run = make_run(tmp_path / "run", [1.0], final=(1.0, 1.0))

    def is_still_complete(change: str) -> bool:
        return is_complete(run, load_config(AGENT, [run.config], [change]))

    for change in ("distributed.patience=99", "checkpoint.num_kept=7", "logging.wandb=online"):
        assert is_still_complete(change)
    assert not is_still_complete("evaluation.num_final_episodes=7")


def test_a_configuration_without_a_length_is_damaged(tmp_path):
    run = create_run_directory(tmp_path / "run", load_config(AGENT))
    fields = yaml.safe_load(run.config.read_text())
    del fields["max_actor_steps"]
    run.config.write_text(yaml.safe_dump(fields))
    with pytest.raises(NotWholeError, match=f"^{run.config}: must hold the length of the run"):
        check_length(run, load_config(AGENT))


@pytest.mark.parametrize("text", ["1M", "1e6", "1_000_000"])
def test_a_length_may_be_edited_in_any_form_of_steps(tmp_path, text):
    run = make_run(tmp_path / "run", [1.0], "max_actor_steps=300", final=(1.0, 1.0))
    run.config.write_text(run.config.read_text().replace("max_actor_steps: 300", f"max_actor_steps: {text}"))
    check_length(run, load_config(AGENT, [run.config]))
    with pytest.raises(UserError, match=r"^max_actor_steps = 999999: must be at least 1000000, the steps that "):
        check_length(run, load_config(AGENT, [run.config], ["max_actor_steps=999_999"]))


def test_an_edited_length_changes_nothing_that_was_trained(tmp_path):
    run = make_run(tmp_path / "run", [1.0], "max_actor_steps=300", final=(1.0, 1.0))
    (run.checkpoints / "step_000000000300.npz").touch()
    text = run.config.read_text()

    def edited(length: int) -> ExperimentConfig:
        run.config.write_text(text.replace("max_actor_steps: 300", f"max_actor_steps: {length}"))
        return load_config(AGENT, [run.config])

    assert is_complete(run, edited(300))
    assert not is_complete(run, edited(320))
    check_length(run, edited(320))
    with pytest.raises(UserError, match=r"^max_actor_steps = 200: must be at least 300, the steps that "):
        check_length(run, edited(200))


def test_a_run_is_lengthened_to_what_any_run_may_have(tmp_path, capsys):
    run = make_run(tmp_path / "run", [1.0], final=(1.0, 1.0))
    assert main(["train", AGENT, "--resume", str(run.path), "--more-steps", "1e12"]) == 2
    assert capsys.readouterr().err == "error: max_actor_steps = 1000000300000: must be at most 1e+12\n"


@pytest.mark.parametrize("seconds", [1e-8, 0.25, 90.0, 600_000.0, 1_234_567.5])
def test_the_command_that_continues_after_a_time_limit_can_be_typed(tmp_path, capsys, seconds):
    run = make_run(tmp_path / "run", [1.0], f"max_walltime={seconds}", final=(1.0, 1.0))
    summary = json.loads(run.summary.read_text())
    run.summary.write_text(json.dumps({**summary, "ended_by": "time"}))
    assert main(["train", AGENT, "--resume", str(run.path)]) == 0
    *_, option, duration = shlex.split(capsys.readouterr().out)
    assert (option, parse_duration(duration)) == ("--for", 2 * seconds)

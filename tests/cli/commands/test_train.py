"""`walker-rl train`, `evaluate` and `render` as a user runs them."""

import csv
import dataclasses
import json
import os
import re
import shutil
import sys
from pathlib import Path

import imageio_ffmpeg
import pytest
from PIL import Image

from tests.package_copy import ROOT
from tests.stacks import acme_stack
from tests.terminal.terminals import on_a_terminal
from tests.tiny import DISTRIBUTIONAL_AGENT, TINY_RUN, run_command, set_options
from walker_rl.agents import agent_names, config_class
from walker_rl.cli import main
from walker_rl.experiments.config import flatten
from walker_rl.experiments.config_loading import load_config
from walker_rl.experiments.run.creation import create_run_directory
from walker_rl.policies.policy_file import load_policy
from walker_rl.pretrained import pretrained_names
from walker_rl.terminal.display import TRAINED

GAIT = ROOT / "configs" / "gait_lean.yaml"
PRETRAINED = pretrained_names()


@pytest.fixture(scope="module")
def walker_run(tmp_path_factory):
    """A short training on Walker2D by the command, and what the command printed."""
    path = tmp_path_factory.mktemp("runs") / "run"
    result = run_command("train", DISTRIBUTIONAL_AGENT, "--steps", "600", "--run-dir", path, *set_options(TINY_RUN))
    assert result.returncode == 0, result.stderr
    return path, result


def test_train_prints_returns_and_paths_and_nothing_else(walker_run):
    path, result = walker_run
    lines = result.stdout.splitlines()
    assert lines[0] == f"Training {DISTRIBUTIONAL_AGENT} on Walker2DBulletEnv-v0 for 600 steps in {path}"
    steps = {name: load_policy(path / "policy" / f"{name}.npz").actor_steps for name in ("best", "last")}
    assert steps["best"] in (300, 600) and steps["last"] == 600
    for name, step in steps.items():
        outcome = rf"{name} policy: return [-\d.]+ \+- [\d.]+, from step {step}, falls in [012] of 2 episodes \(.*\)"
        assert any(re.fullmatch(outcome, line) for line in lines)
    written = [line.strip() for line in lines if line.startswith("  ")]
    names = ["policy/best.npz", "policy/last.npz", "videos/best.gif", "curve.png", "metrics", "tensorboard"]
    assert written == [str(path / name) for name in names]
    assert all((path / name).exists() for name in names)
    assert result.stderr == ""


def test_train_says_what_it_does_after_the_training(walker_run):
    path, result = walker_run
    lines = result.stdout.partition(f"{TRAINED}\n")[2].splitlines()
    best = load_policy(path / "policy" / "best.npz").actor_steps
    assert [line.startswith("Candidate at ") for line in lines[:3]] == [True, True, False]
    evaluating = f"Evaluating the best policy, from step {best}, and the last."
    assert lines[2:4] == [evaluating, "Filming the best policy."]
    assert lines[4].startswith("Ended by steps: ")


@pytest.mark.slow
def test_on_a_terminal_the_steps_after_the_training_are_shown_in_a_line_that_vanishes(tmp_path):
    run = tmp_path / "run"
    task = ("--task", "Pendulum-v1", *set_options(TINY_RUN))
    words = ["train", DISTRIBUTIONAL_AGENT, "--steps", "600", "--run-dir", str(run), *task]
    written = on_a_terminal(f"from walker_rl.cli import main; main({words})")
    shown, _, rest = written.partition(TRAINED)[2].partition("Ended by steps: ")
    for step in ("Choosing the best policy", "Evaluating the best policy, from step ", "Filming the best policy"):
        assert f" {step}" in shown
    assert shown.endswith("\x1b[1A\x1b[2K")
    assert "Filming" not in rest


def test_evaluate_takes_a_run_or_a_policy_file_and_repeats(walker_run, tmp_path):
    path, _ = walker_run
    alone = tmp_path / "copied.npz"
    alone.write_bytes((path / "policy" / "best.npz").read_bytes())
    outputs = [run_command("evaluate", source, "--episodes", "3", "--seed", "5", "--json") for source in (path, alone)]
    results = [json.loads(output.stdout) for output in outputs]
    with (path / "metrics" / "evaluation.csv").open(newline="") as file:
        best = max(float(row["mean_return"]) for row in csv.DictReader(file))
    assert [result.pop("recorded_mean_return") for result in results] == [best, None]
    assert results[0] == results[1]
    assert results[0]["task"] == "Walker2DBulletEnv-v0"
    assert results[0]["mean_return"] == pytest.approx(sum(results[0]["episode_returns"]) / 3)
    other = json.loads(run_command("evaluate", path, "--episodes", "3", "--seed", "6", "--json").stdout)
    assert other["episode_returns"] != results[0]["episode_returns"]


def test_render_writes_the_format_and_size_asked_for(walker_run, tmp_path):
    path, _ = walker_run
    gif, mp4 = tmp_path / "walk.gif", tmp_path / "walk.mp4"
    assert run_command("render", path, "--output", gif, "--size", "320x240").returncode == 0
    assert run_command("render", path / "policy" / "last.npz", "--output", mp4, "--fps", "60").returncode == 0
    policy = Path(shutil.copy(path / "policy" / "last.npz", tmp_path / "walker.npz"))
    assert run_command("render", policy, "--size", "64x48").returncode == 0
    assert policy.with_suffix(".gif").exists()
    with Image.open(gif) as image:
        assert image.size == (320, 240)
        assert image.n_frames > 1
    metadata = next(imageio_ffmpeg.read_frames(str(mp4)))
    assert metadata["size"] == (480, 360)
    assert metadata["fps"] == 60


@pytest.mark.parametrize("agent_name", agent_names())
def test_help_lists_every_hyperparameter(agent_name, capsys):
    assert main(["train", agent_name, "--help"]) == 0
    shown = capsys.readouterr().out
    for name in flatten(dataclasses.asdict(config_class(agent_name)())):
        assert re.search(rf"agent\.{name}\s", shown)


def test_help_says_what_null_an_entry_and_a_step_mean(capsys):
    assert main(["train", DISTRIBUTIONAL_AGENT, "--help"]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "videos/latest.gif; null: neither latest.gif nor progress.gif (evaluations)" in shown
    assert "also save a checkpoint after this many environment steps; null: only by time (steps)" in shown
    assert "one entry per episode, in turn, beginning with the second; actor i of a launched run" in shown
    assert shown.endswith("The steps are absolute: a run that is shorter than END does not reach LAST.")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--set", "agent.discount=1.5"], "agent.discount = 1.5: must be in [0, 1]"),
        (["--steps", "-5"], "max_actor_steps = -5: must be at least 1"),
        (["--seed", "-1"], "seed = -1: must be at least 0"),
        (["--set", "agent.n_step=x"], "agent.n_step = x: must be an integer"),
        (["--set", "agent.vmin=300"], "agent.vmin = 300.0: must be less than agent.vmax = 150"),
        (
            ["--prior", "gate"],
            f"prior = gate: must be one of {', '.join(PRETRAINED)}, a run directory, a policy file or a dataset; "
            "did you mean gait?",
        ),
        (["--config", "missing.yaml"], "config = missing.yaml: cannot be read (No such file or directory)"),
        (
            ["--config", str(GAIT)],
            f"config = {GAIT}: agent_name = gait: must be {DISTRIBUTIONAL_AGENT}, the agent asked for",
        ),
        (["--resume", "nowhere"], "run = nowhere: must be a run directory (no config.yaml in it)"),
        (["--set", "logging.wandb=on"], "logging.wandb = true: must be one of offline, online or null"),
        (["--set", "logging.wandb=remote"], "logging.wandb = remote: must be one of offline, online"),
    ],
)
def test_bad_input_is_one_line_and_leaves_nothing(words, message, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["train", DISTRIBUTIONAL_AGENT, *words]) == 2
    assert capsys.readouterr().err == f"error: {message}\n"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", ["train", pytest.param("launch", marks=acme_stack)])
@pytest.mark.parametrize(("name", "value"), [("wandb", "offline"), ("mlflow", "true")])
def test_what_is_not_installed_is_refused_and_leaves_nothing(command, name, value, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(sys.modules, name, None)
    options = ["--open-ports"] if command == "launch" else []
    assert main([command, DISTRIBUTIONAL_AGENT, *options, "--set", f"logging.{name}={value}"]) == 2
    message = f"logging.{name} = {value}: must be installed: pip install 'walker-rl[{name}]'"
    assert capsys.readouterr().err == f"error: {message}\n"
    assert list(tmp_path.iterdir()) == []


def test_unknown_task_leaves_nothing(tmp_path):
    result = run_command("train", DISTRIBUTIONAL_AGENT, "--task", "Walker2dBulletEnv-v0", "--run-dir", tmp_path / "run")
    assert result.returncode == 2
    assert result.stderr.startswith(
        "error: task = Walker2dBulletEnv-v0: must be one that walker-rl list shows; did you mean Walker2DBulletEnv-v0"
    )
    assert result.stderr.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_existing_run_is_refused_and_resume_named(walker_run):
    path, _ = walker_run
    result = run_command("train", DISTRIBUTIONAL_AGENT, "--run-dir", path)
    assert result.returncode == 2
    assert (
        result.stderr
        == f"error: run_dir = {path}: must be new or an empty folder; to resume that run: --resume {path}\n"
    )


@pytest.mark.parametrize(
    ("words", "message"),
    [
        *(
            ([command, "nowhere", *words], "run = nowhere: does not exist; must be a run directory or a policy file")
            for command, *words in (["evaluate"], ["render"], ["record", "-o", "out"])
        ),
        (["evaluate", "x" * 300], f"run = {'x' * 300}: cannot be read (File name too long)"),
        (["evaluate", "."], "run = .: must be a run directory or a policy file"),
        (["render", "nowhere", "--size", "480"], "size = 480: must be WIDTHxHEIGHT in pixels, as in 480x360"),
        (["evaluate"], "run: must be given, a run directory or a policy file; or --pretrained NAME"),
        (["render", "somewhere", "--pretrained", "best"], "run = somewhere: must not be given with --pretrained best"),
        (
            ["evaluate", "d4pg"],
            "run = d4pg: does not exist; must be a run directory or a policy file; did you mean --pretrained d4pg?",
        ),
        (["evaluate", "--pretrained", "x"], f"pretrained = x: must be one of {', '.join(PRETRAINED)}"),
    ],
)
def test_evaluate_and_render_refuse_in_one_line(words, message, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(words) == 2
    assert capsys.readouterr().err == f"error: {message}\n"


def test_what_a_run_or_a_folder_of_runs_lacks_is_named(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    for time, name in enumerate(("b", "c", "a")):
        run = create_run_directory(Path("runs", name), load_config(DISTRIBUTIONAL_AGENT))
        os.utime(run.config, (time, time))
    suggestion = f"did you mean {Path('runs/a')}?"
    for command in ("evaluate", "render"):
        assert main((command, "runs/a")) == 2
        assert capsys.readouterr().err == "error: run = runs/a: must have an evaluation; it has none yet\n"
    assert main(("evaluate", "runs/a/policy")) == 2
    message = "error: run = runs/a/policy: must be a run directory or a policy file; did you mean runs/a?\n"
    assert capsys.readouterr().err == message
    assert main(("evaluate", "runs")) == 2
    assert capsys.readouterr().err == f"error: run = runs: must be a run directory or a policy file; {suggestion}\n"
    assert main(("train", DISTRIBUTIONAL_AGENT, "--resume", "runs")) == 2
    message = f"error: run = runs: must be a run directory (no config.yaml in it); {suggestion}\n"
    assert capsys.readouterr().err == message

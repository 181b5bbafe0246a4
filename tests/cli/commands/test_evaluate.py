"""`walker-rl evaluate` of a real run."""

import csv
import json

import pytest

from tests.tiny import AGENT, TINY_RUN, run_command, set_options


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    path = tmp_path_factory.mktemp("folder") / "a run"
    options = set_options((*TINY_RUN, "evaluation.num_candidates=1", "task=Pendulum-v1", "seed=3"))
    process = run_command("train", AGENT, "--run-dir", path, "--steps", "600", *options)
    assert (process.returncode, process.stderr) == (0, "")
    assert process.stdout.splitlines()[-2].endswith(f"render '{path}'")
    assert process.stdout.splitlines()[-1].endswith(f"evaluate '{path}' --episodes 100")
    assert all(line.startswith("next: ") for line in process.stdout.splitlines()[-2:])
    return path


def recorded(run, actor_steps):
    with (run / "metrics/evaluation.csv").open(newline="") as file:
        return next(row for row in csv.DictReader(file) if int(row["actor_steps"]) == actor_steps)


def test_as_in_training_repeats_the_recorded_row_bit_for_bit(run):
    process = run_command("evaluate", run, "--as-in-training", "--json")
    assert (process.returncode, process.stderr) == (0, "")
    result = json.loads(process.stdout)
    row = recorded(run, result["actor_steps"])
    assert result["mean_return"] == result["recorded_mean_return"] == float(row["mean_return"])
    assert result["stddev_return"] == float(row["stddev_return"])
    assert result["episode_returns"] == [float(row[f"episode_return_{index}"]) for index in range(2)]
    printed = run_command("evaluate", run, "--as-in-training").stdout
    assert f"The training recorded the same: {float(row['mean_return']):.1f} in 2 episodes." in printed


def test_other_episodes_are_said_to_be_others(run):
    process = run_command("evaluate", run, "--episodes", "1")
    assert (process.returncode, process.stderr) == (0, "")
    assert "falls in 0 of 1 episode\n" in process.stdout
    assert "The training's evaluation, in 2 other episodes, was " in process.stdout
    assert process.stdout.splitlines()[-1].endswith(f"render '{run}'")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("{run}", "--seed", "1"), "seed = 1: must not be given with --as-in-training"),
        (("{run}", "--episodes", "3"), "episodes = 3: must not be given with --as-in-training"),
        (
            ("{run}/policy/best.npz",),
            "run = {run}/policy/best.npz: must be a run directory with a recorded evaluation of its best policy",
        ),
        (
            ("--pretrained", "d4pg"),
            "run: must be a run directory with a recorded evaluation of its best policy",
        ),
    ],
)
def test_what_has_no_recorded_evaluation_is_refused(run, words, message):
    process = run_command("evaluate", *(word.format(run=run) for word in words), "--as-in-training")
    assert (process.returncode, process.stdout) == (2, "")
    assert process.stderr == f"error: {message.format(run=run)}\n"

"""`walker-rl evaluate` of a real run."""

import csv
import dataclasses
import json

import pytest

from tests.tiny import AGENT, TINY_RUN, run_command, set_options
from walker_rl.policies.policy_file import load_policy, save_policy


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


@pytest.mark.slow
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


NOISY = """
import ctypes, os
import dm_env, numpy as np
from dm_env import specs

class Noisy(dm_env.Environment):
    def action_spec(self): return specs.BoundedArray((1,), np.float64, -1.0, 1.0)
    def observation_spec(self): return specs.Array((3,), np.float64)
    def reset(self, seed=None):
        print("from Python")
        ctypes.CDLL(None).puts(b"from C")
        os.system("echo from a child process")
        return dm_env.restart(np.zeros(3))
    def step(self, action): return dm_env.termination(1.0, np.zeros(3))
"""


def test_what_an_environment_prints_is_kept_out_of_the_json(run, tmp_path):
    (tmp_path / "noisy.py").write_text(NOISY)
    policy = tmp_path / "policy.npz"
    save_policy(policy, dataclasses.replace(load_policy(run / "policy/last.npz"), task="noisy:Noisy"))
    process = run_command("evaluate", policy, "--task", "noisy:Noisy", "--episodes", "1", "--json", cwd=tmp_path)
    assert json.loads(process.stdout)["episode_returns"] == [1.0]
    assert {"from Python", "from C", "from a child process"} <= set(process.stderr.splitlines())


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

"""Phases of runs against numbers worked by hand, and the script that tells of them."""

import subprocess
import sys

import numpy as np
import pytest

from tests.analysis.made_runs import make_run, run
from tests.package_copy import ROOT
from walker_rl.analysis.early_steps import describe, phases


def test_each_evaluation_is_held_to_the_best_since_the_run_began():
    """Evaluations after 10, 20 ... 60 steps; the best so far from the second on: 10, 10, 20, 20, 20."""
    result = phases(run("r", [4, 10, 3, 20, 18, 8], losses=[np.nan, 2.0, 1.0, 1.5, 1.5, 3.0]), until=30)
    assert result["first"].change == pytest.approx(np.median([6 / 10, 7 / 10]))
    assert result["rest"].change == pytest.approx(np.median([17 / 20, 2 / 20, 10 / 20]))
    assert result["first"].share_collapsed == 1 / 2  # 3 < 10 / 2
    assert result["rest"].share_collapsed == pytest.approx(1 / 3)  # 8 < 20 / 2
    assert result["first"].loss_change == pytest.approx(1 / 2)
    assert result["rest"].loss_change == pytest.approx(np.median([1 / 2, 0, 1]))


def test_a_phase_without_evaluations_says_nothing():
    rest = phases(run("r", [4, 10]), until=30)["rest"]
    assert all(np.isnan([rest.change, rest.share_collapsed, rest.loss_change]))


def test_shares_of_a_best_that_is_not_positive_are_left_out():
    result = phases(run("r", [-1_200, -150, -400, 4, 10, 3]), until=40)
    assert (result["first"].change, result["rest"].change) == (pytest.approx(404 / 4), pytest.approx(0.65))
    assert np.isnan(result["first"].share_collapsed)
    assert result["rest"].share_collapsed == 1 / 2


def test_a_line_for_each_phase_with_intervals_where_there_are_seeds():
    many = [run(f"s{seed}", [10, 10 + 2 * seed, 10 + 2 * seed], losses=[1, 1, 2]) for seed in (0, 5)]
    lines = list(describe({"one": [run("r", [10, 20, 20])], "many": many}, until=20))
    assert [line.split() for line in lines[1:]] == [
        ["one", "first", "50%", "0%", "-"],
        ["one", "rest", "0%", "0%", "-"],
        ["many", "first", "25%", "[0%,", "50%]", "0%", "0%", "[0%,", "0%]"],
        ["many", "rest", "0%", "[0%,", "0%]", "0%", "100%", "[100%,", "100%]"],
    ]


def test_the_script_reads_runs(tmp_path):
    made = make_run(tmp_path / "one", [10, 20, 5])
    rows = ["actor_steps,learner_steps,critic_loss", "900,1,5", "1500,2,1", "2000,3,3", "3000,4,4"]
    (made.metrics / "learner.csv").write_text("\n".join([*rows, ""]))
    command = [sys.executable, ROOT / "scripts/early_steps.py", tmp_path / "one", "--until", "2000"]
    lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    assert lines[0] == "Walker2DBulletEnv-v0"
    assert lines[2].split()[1:] == ["first", "50%", "0%", "60%"]  # Losses of 5, then 2, then 4.
    assert lines[3].split()[1:] == ["rest", "75%", "100%", "100%"]


@pytest.mark.parametrize("until", ["nan", "inf", "-1.0"])
def test_the_script_refuses_what_is_no_count_of_steps(tmp_path, until):
    command = [sys.executable, ROOT / "scripts/early_steps.py", tmp_path, f"--until={until}"]
    made = subprocess.run(command, capture_output=True, text=True)
    assert made.returncode == 2
    assert made.stderr.splitlines()[-1] == f"early_steps.py: error: until = {until}: must be a number of at least 0"


def test_the_script_refuses_what_is_no_run(tmp_path):
    command = [sys.executable, ROOT / "scripts/early_steps.py", tmp_path]
    made = subprocess.run(command, capture_output=True, text=True)
    assert made.returncode == 2
    must_be = "must be a run directory, a folder of some, or one with runs.csv and evaluations.csv"
    assert made.stderr.splitlines()[-1] == f"early_steps.py: error: run = {tmp_path}: {must_be}"

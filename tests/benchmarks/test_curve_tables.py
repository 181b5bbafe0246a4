"""Tables of another library's run, as `walker-rl compare` reads them."""

import os
import subprocess
import sys

import numpy as np
import pytest

from benchmarks.curve_tables import CurveTables
from tests.package_copy import ROOT
from walker_rl.analysis.runs import read_runs

PEERS = {
    "sbx.py": "",
    "pybullet_envs_gymnasium.py": "",
    "stable_baselines3/common/callbacks.py": "BaseCallback = object",
    "stable_baselines3/common/noise.py": "NormalActionNoise = print",
}
"""The parts of the peers' packages that the command needs to read its arguments."""


def test_a_comparison_reads_them(tmp_path):
    tables = CurveTables(tmp_path / "peer", "peer_seed3")
    tables.evaluation(10_000, 55.5, 123.25)
    tables.evaluation(20_000, 111.0, 456.0)
    tables.end("Peer", "Walker2DBulletEnv-v0", 3, "peer 1.0", "python -m peer", last_return=450.5)
    (run,) = read_runs([tmp_path / "peer"])
    assert (run.name, run.group, run.task, run.seed) == ("peer_seed3", "Peer", "Walker2DBulletEnv-v0", 3)
    assert (run.commit, run.command) == ("peer 1.0", "python -m peer")
    assert (run.last_return, run.best_return) == (450.5, None)
    np.testing.assert_array_equal(run.actor_steps, [10_000, 20_000])
    np.testing.assert_array_equal(run.walltime, [55.5, 111.0])
    np.testing.assert_array_equal(run.returns, [123.25, 456.0])
    assert np.isnan(run.critic_losses).all()


def test_a_folder_that_is_there_is_not_written_over(tmp_path):
    with pytest.raises(FileExistsError):
        CurveTables(tmp_path, "peer_seed3")


def test_the_command_refuses_a_folder_that_is_there_in_one_line(tmp_path):
    for name, text in PEERS.items():
        (tmp_path / "peers" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "peers" / name).write_text(text)
    command = [sys.executable, "-m", "benchmarks.contestants.peer_curve", "TD3", str(tmp_path)]
    environment = os.environ | {"PYTHONPATH": f"{ROOT}:{tmp_path / 'peers'}"}
    result = subprocess.run(command, capture_output=True, text=True, env=environment)
    line = f"error: folder = {tmp_path}: must be a new folder in one that is writable (File exists)"
    assert (result.returncode, result.stderr.splitlines()[-1]) == (2, f"peer_curve.py: {line}")
    assert [path.name for path in tmp_path.iterdir()] == ["peers"]

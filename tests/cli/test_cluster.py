"""What `walker-rl cluster submit` refuses, in a line, before anything is written."""

import sys

import pytest

from tests.tiny import run_command

PLACE = ("--num-actors", "2", "--address", "127.0.0.1:1")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (PLACE, "ray_python = .venv-ray/bin/python: must be a Python that has Ray; `make ray` makes one"),
        (
            (*PLACE, "--ray-python", sys.executable, "--set", "agent.tau=7"),
            "agent.tau = 7.0: must be in (0, 1]",
        ),
        (
            (*PLACE, "--ray-python", sys.executable, "--resume", "nowhere"),
            "run = nowhere: must be a run directory (no config.yaml in it)",
        ),
    ],
)
def test_what_cannot_be_submitted_is_refused(tmp_path, words, message):
    result = run_command("cluster", "submit", "ddpg", *words, cwd=tmp_path)
    assert (result.returncode, result.stdout, result.stderr) == (2, "", f"error: {message}\n")
    assert not list(tmp_path.iterdir())

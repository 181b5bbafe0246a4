"""What `walker-rl cluster submit` refuses, in a line, before anything is written, and Ctrl-C before the run begins."""

import os
import socket
import sys
from collections.abc import Iterator

import pytest

from tests.tiny import AGENT, press_ctrl_c, run_command, start_command, wait_for

PLACE = ("--num-actors", "2", "--address", "127.0.0.1:1")


@pytest.fixture
def place() -> Iterator[tuple[str, ...]]:
    """Options with an address at which something listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield ("--num-actors", "2", "--address", f"127.0.0.1:{server.getsockname()[1]}")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (PLACE, "ray_python = .venv-ray/bin/python: must be a Python that has Ray; `make ray` makes one"),
        (
            ("--num-actors", "2", "--address", "auto", "--ray-python", sys.executable),
            "address = auto: must be HOST:PORT, as in localhost:8000",
        ),
        (
            (*PLACE, "--ray-python", sys.executable),
            "address = 127.0.0.1:1: must be a Ray cluster (Connection refused)",
        ),
    ],
)
def test_a_cluster_that_is_not_there_is_refused(tmp_path, words, message):
    result = run_command("cluster", "submit", AGENT, *words, cwd=tmp_path)
    assert (result.returncode, result.stdout, result.stderr) == (2, "", f"error: {message}\n")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--set", "agent.tau=7"), "agent.tau = 7.0: must be in (0, 1]"),
        (("--resume", "nowhere"), "run = nowhere: must be a run directory (no config.yaml in it)"),
    ],
)
def test_what_cannot_be_submitted_is_refused(tmp_path, place, words, message):
    result = run_command("cluster", "submit", AGENT, *place, "--ray-python", sys.executable, *words, cwd=tmp_path)
    assert (result.returncode, result.stdout, result.stderr) == (2, "", f"error: {message}\n")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("ray_python", "reason"),
    [
        ("text", " (Exec format error)"),
        ("folder", " (Permission denied)"),
        (sys.executable, " (ModuleNotFoundError: No module named 'ray')"),
        ("/bin/true", ""),
        ("/bin/false", ""),
    ],
)
def test_a_program_that_is_no_python_with_ray_is_refused_and_leaves_nothing(tmp_path, place, ray_python, reason):
    (tmp_path / "text").write_text("no program")
    (tmp_path / "text").chmod(0o755)
    (tmp_path / "folder").mkdir()
    run = tmp_path / "run"
    result = run_command("cluster", "submit", AGENT, *place, "--ray-python", ray_python, "--run-dir", run, cwd=tmp_path)
    line = f"error: ray_python = {ray_python}: must be a Python that has Ray{reason}; `make ray` makes one\n"
    assert (result.returncode, result.stderr) == (2, line)
    assert not run.exists()


@pytest.mark.parametrize("has_been_copied_back", [True, False])
def test_a_run_that_a_refusal_ends_stays_if_something_has_been_done_in_it(tmp_path, place, has_been_copied_back):
    """The driver may come to refuse late, when the machine of the central process was lost; here it does at once."""
    run, driver = tmp_path / "run", tmp_path / "driver"
    copy = f"touch '{run}/checkpoints/step_000000000007.npz'" if has_been_copied_back else "true"
    waits = "echo 'Waiting for Ray at a cluster'"
    driver.write_text(f"#!/bin/sh\n{waits}\n{copy}\necho 'python = p: must be a Python on every machine' >&2\nexit 2\n")
    driver.chmod(0o755)
    result = run_command("cluster", "submit", "ddpg", *place, "--ray-python", driver, "--run-dir", run)
    assert (result.returncode, result.stderr) == (2, "error: python = p: must be a Python on every machine\n")
    assert run.exists() == has_been_copied_back


def test_a_run_that_is_stopped_before_its_first_checkpoint_keeps_its_logs_and_can_be_resumed(tmp_path, place):
    run, driver = tmp_path / "run", tmp_path / "driver"
    driver.write_text(f"#!/bin/sh\nmkdir -p '{run}/logs'\necho said >> '{run}/logs/central.log'\nexit 75\n")
    driver.chmod(0o755)
    for which in ("--run-dir", "--resume"):
        result = run_command("cluster", "submit", AGENT, *place, "--ray-python", driver, which, run)
        assert (result.returncode, result.stderr) == (75, "")
        assert "Interrupted; to resume from the newest checkpoint: " in result.stdout
    assert (run / "logs" / "central.log").read_text() == "said\nsaid\n"


def test_ctrl_c_while_ray_is_imported_leaves_nothing(tmp_path, place):
    run, begun = tmp_path / "run", tmp_path / "begun"
    code = (  # As in a callback, whose exceptions Python drops.
        "import pathlib, time\n"
        f"pathlib.Path({str(begun)!r}).touch()\n"
        "try:\n"
        "    time.sleep(900)\n"
        "except KeyboardInterrupt:\n"
        "    time.sleep(900)\n"
    )
    (tmp_path / "ray.py").write_text(code)
    environment = os.environ | {"PYTHONPATH": f"{tmp_path}:{os.environ.get('PYTHONPATH', '')}"}
    options = (*place, "--ray-python", sys.executable, "--run-dir", run)
    process = start_command("cluster", "submit", AGENT, *options, env=environment)
    wait_for(begun, process)
    press_ctrl_c(process)
    rest, _ = process.communicate(timeout=300)
    assert process.returncode == 130, rest
    assert rest.endswith("Stopped before the run began; nothing is left behind\n")
    assert not run.exists()

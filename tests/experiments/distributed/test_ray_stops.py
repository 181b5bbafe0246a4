"""A run on a Ray cluster that is asked to stop."""

import os
import re
import signal
import socket
import subprocess

import pytest

from tests.experiments.distributed.launched import PENDULUM
from tests.experiments.distributed.ray_cluster import MARKS, RAY, words
from tests.tiny import AGENT, lines_until, press_ctrl_c, run_command, start_command, wait_until
from walker_rl.cli.launching import RUNNER
from walker_rl.experiments.config_loading import load_config
from walker_rl.experiments.run.creation import create_run_directory
from walker_rl.experiments.step_files import step_files

pytestmark = [*MARKS, pytest.mark.usefixtures("no_signal_is_ignored")]


def lose_terminal(process):
    """Hangs up on a process and its children, as a terminal that closes does."""
    os.killpg(process.pid, signal.SIGHUP)


@pytest.mark.parametrize("stop", [subprocess.Popen.terminate, lose_terminal])
def test_a_submitted_run_is_stopped_brought_back_and_resumed(cluster, tmp_path, stop):
    run = tmp_path / "run"
    process = start_command(
        *words(cluster, "--steps", "10000000", "--run-dir", run, *PENDULUM), env=cluster.environment
    )
    lines_until(process, r".*\d learner steps")
    stop(process)
    rest, _ = process.communicate(timeout=300)
    assert process.returncode == 75, rest
    assert not list(cluster.scratch.glob("walker_rl_*"))
    newest = max(step_files(run / "checkpoints"))
    assert f"The newest checkpoint is at {newest:,} steps\nInterrupted; to resume from the newest checkpoint: " in rest
    if stop is not lose_terminal:  # It leaves the same behind.
        resumed = words(cluster, "--resume", run, "--steps", str(newest + 500))
        result = run_command(*resumed, env=cluster.environment)
        assert result.returncode == 0, result.stderr
        assert "Resumed " in (run / "logs" / "central.log").read_text()


def test_a_submitted_run_outlives_its_terminal_under_nohup(cluster, tmp_path):
    submit = words(cluster, "--steps", "2000", "--run-dir", tmp_path / "run", *PENDULUM)
    process = start_command(*submit, before=["nohup"], env=cluster.environment)
    lines_until(process, "central process at ")
    lose_terminal(process)
    rest, _ = process.communicate(timeout=300)
    assert process.returncode == 0, rest
    assert "best policy: return " in rest


TO_ONE = [(os.kill, number) for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1)]
TO_ALL = [(os.killpg, number) for number in (signal.SIGTERM, signal.SIGHUP)]


@pytest.mark.parametrize(("send", "number"), [*TO_ONE, *TO_ALL])
def test_a_submission_that_is_stopped_while_it_waits_for_ray_leaves_nothing(tmp_path, send, number):
    run = tmp_path / "run"
    with socket.create_server(("127.0.0.1", 0)) as silent:
        options = ("--num-actors", "1", "--address", f"127.0.0.1:{silent.getsockname()[1]}")
        process = start_command(
            "cluster", "submit", AGENT, *options, "--ray-python", RAY.with_name("python"), "--run-dir", run
        )
        lines_until(process, "Waiting for Ray at ")
        send(process.pid, number)
        rest, _ = process.communicate(timeout=60)
    assert (process.returncode, rest) == (75, "Stopped before the run began; nothing is left behind\n")
    assert not run.exists()


@pytest.mark.parametrize(("stop", "status"), [(press_ctrl_c, 130), (subprocess.Popen.terminate, 75)])
def test_a_stop_while_the_central_process_starts_leaves_nothing_on_the_cluster(cluster, tmp_path, stop, status):
    run = create_run_directory(tmp_path / "run", load_config(AGENT), RUNNER)
    large = run.path / "videos" / "large.gif"
    large.touch()
    os.truncate(large, 500_000_000)  # So that the start takes a while.
    process = start_command(*words(cluster, "--resume", run.path), env=cluster.environment)
    wait_until(lambda: list(cluster.scratch.glob("walker_rl_*")))
    stop(process)
    rest, _ = process.communicate(timeout=300)
    assert process.returncode == status, rest
    assert "Interrupted; to resume from the newest checkpoint: " in rest
    assert not list(cluster.scratch.glob("walker_rl_*"))


def test_a_machine_that_is_lost_while_it_saves_is_reported(cluster, tmp_path):
    run = tmp_path / "run"
    submit = words(cluster, "--steps", "10000000", "--run-dir", run, *PENDULUM)
    process = start_command(*submit, env=cluster.environment)
    lines_until(process, "central process at ")
    wait_until(lambda: list(cluster.scratch.glob("*/run/status.json")))  # Until then, it dies of a SIGTERM.
    central = next(one for one in cluster.processes() if "--listen" in one.cmdline())
    worker = central.parent()
    central.suspend()  # It saves for ever.
    process.send_signal(signal.SIGTERM)
    with pytest.raises(subprocess.TimeoutExpired):
        pytest.fail(process.communicate(timeout=5)[0])
    worker.kill()
    rest, _ = process.communicate(timeout=300)
    assert process.returncode == 1, rest
    lost = r"error: the machine of the central process is lost \(\w+\) before the run was saved; "
    assert re.search(f"{lost}{re.escape(str(run))} is its last copy; to resume from the newest checkpoint: ", rest)

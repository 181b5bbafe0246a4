"""The last words of a process of a distributed run."""

import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from tests.fakes import random_variables
from tests.tiny import AGENT, TINY_AGENT, wait_until
from walker_rl.experiments.config_loading import load_config
from walker_rl.experiments.distributed.wire.membership import introduction
from walker_rl.experiments.distributed.wire.messages import Notice, Report, Weights, Welcome
from walker_rl.experiments.distributed.wire.ports import free_port
from walker_rl.experiments.distributed.wire.server import start_server
from walker_rl.experiments.parts import builder_of
from walker_rl.experiments.run.creation import create_run_directory


@pytest.mark.parametrize(
    ("failure", "message"),
    [
        ("open('/dev/full', 'wb', buffering=0).write(b'a')", "runs/a: No space left on device"),
        ("open('/no/file')", "/no/file: No such file or directory"),
    ],
)
def test_an_error_of_the_system_names_its_file_or_else_the_run(failure, message):
    imported = "from walker_rl.experiments.distributed.roles.node import run_and_exit"
    code = f"{imported}\nrun_and_exit(lambda: {failure}, 'runs/a')"
    process = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert (process.returncode, process.stderr) == (1, f"error: {message}\n")


def test_an_interrupt_has_no_traceback():
    """As Ctrl-C while `launch --threads` draws the curve."""
    code = """
from walker_rl.experiments.distributed.roles.node import run_and_exit

def role():
    raise KeyboardInterrupt

run_and_exit(role, "runs/a")
"""
    process = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert (process.returncode, process.stderr) == (130, "")


def test_an_evaluator_that_is_terminated_again_and_again_ends_without_a_traceback(tmp_path):
    run = create_run_directory(tmp_path / "run", load_config(AGENT))
    words = ("node", "--role", "evaluator", "--connect", f"localhost:{free_port()}", "--run-dir", run.path)
    process = subprocess.Popen([sys.executable, "-m", "walker_rl", *words], stderr=subprocess.PIPE, text=True)
    wait_until(lambda: catches(process.pid, signal.SIGTERM))
    while process.poll() is None:
        process.send_signal(signal.SIGTERM)
        time.sleep(0.01)
    assert (process.returncode, process.stderr.read()) == (75, "")


@pytest.mark.slow
def test_an_actor_whose_run_makes_way_for_another_ends_in_one_line(server, channel, tmp_path):
    config = load_config(AGENT, (), (*TINY_AGENT, "task=Pendulum-v1"))
    channel.send(introduction(config, None))
    channel.send(Weights(np.zeros(num_weights(config), np.float32), 0))
    reports = channel.subscribe(Report, 4)
    blocks = channel.subscribe_to_rows(builder_of(config).layout.row_size, 4)
    words = ("node", "--role", "actor", "--connect", channel.address, "--run-id", channel.run_id)
    process = subprocess.Popen([sys.executable, "-m", "walker_rl", *words], stderr=subprocess.PIPE, text=True)
    channel.send(Notice({}, 1, False, 10_000, {reports.get(timeout=60).token: Welcome(0, 0, 0)}))
    assert blocks.get(timeout=60) is not None
    server.stop()
    other = start_server("another run", server.port, tmp_path)
    _, error = process.communicate(timeout=120)
    other.stop()
    refusal = f"error: run_id = {channel.run_id}: must be that of the run at {channel.address}\n"
    assert (process.returncode, error) == (2, refusal)


def num_weights(config):
    return sum(array.size for array in random_variables(builder_of(config).architecture).values())


def catches(pid, number):
    """Returns True if a process has a handler for a signal."""
    caught = re.search(r"SigCgt:\s*(\w+)", Path(f"/proc/{pid}/status").read_text())[1]
    return int(caught, 16) >> (number - 1) & 1

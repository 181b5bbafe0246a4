"""Work on a system without `/proc`, processor affinity, `prctl` and `fork`, as macOS is: the names are taken away."""

import subprocess
import sys
import time

import pytest
import yaml

from tests.tiny import AGENT, TINY_RUN, is_running, run_command, set_options, wait_until
from walker_rl.pretrained import pretrained_policies
from walker_rl.processes.child import PARENT_PERIOD

WITHOUT_LINUX = """
import ctypes, os, pathlib, sys

def refuse(event, arguments):
    if event in ("open", "os.listdir", "os.scandir") and str(arguments[0]).startswith("/proc"):
        raise FileNotFoundError(2, "No such file or directory", arguments[0])

class Library(ctypes.CDLL):
    def __getattr__(self, name):
        if name == "prctl":
            raise AttributeError(name)
        return super().__getattr__(name)

exists = pathlib.Path.exists
sys.addaudithook(refuse)
pathlib.Path.exists = lambda path: not str(path).startswith("/proc") and exists(path)
del os.sched_getaffinity, os.sched_setaffinity, os.fork
os.process_cpu_count = os.cpu_count
ctypes.CDLL = Library
"""


@pytest.fixture
def without_linux(tmp_path, monkeypatch):
    """Takes the names from every Python process that is started."""
    (tmp_path / "sitecustomize.py").write_text(WITHOUT_LINUX)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path), prepend=":")
    lost = "import os; from pathlib import Path; print(hasattr(os, 'fork'), Path('/proc/self').exists())"
    assert subprocess.check_output([sys.executable, "-c", lost], text=True) == "False False\n"


@pytest.mark.slow
def test_the_doctor_looks_at_what_there_is(without_linux):
    process = run_command("doctor")
    assert (process.returncode, process.stderr) == (0, "")
    assert "\nok    cores " in process.stdout


@pytest.mark.slow
def test_a_sweep_checks_starts_and_ends_its_trainings(without_linux, tmp_path):
    overrides = set_options((*TINY_RUN, "max_actor_steps=300", "logging.wandb=offline"))
    process = run_command("sweep", AGENT, "--seeds", "0", "--output", tmp_path / "runs", *overrides)
    assert process.returncode == 0, process.stdout + process.stderr
    (config,) = (tmp_path / "runs").rglob("config.yaml")
    machine = yaml.safe_load(config.read_text())["provenance"]["machine"]
    assert machine["num_cores"] >= 1 and machine["processor"]
    assert (config.parent / "wandb/closed").exists()


def test_an_impossible_agent_is_refused_before_anything_is_written(without_linux, tmp_path):
    of_walker = next(policy.name for policy in pretrained_policies() if policy.task == "Walker2DBulletEnv-v0")
    prior = ("--task", "Pendulum-v1", "--set", f"agent.prior.policy={of_walker}")
    process = run_command("sweep", AGENT, "--output", tmp_path / "runs", *prior)
    assert process.returncode == 2
    assert process.stderr.startswith("error: ") and process.stderr.count("\n") == 1
    assert not (tmp_path / "runs").exists()


def test_a_child_does_not_outlive_its_parent(without_linux, tmp_path):
    child = "from walker_rl.processes.child import tie_to_starter; tie_to_starter(); import time; time.sleep(60)"
    code = (
        "import sys, time; from pathlib import Path; from walker_rl.processes.child import start_child\n"
        f"print(start_child((sys.executable, '-c', {child!r}), Path(sys.argv[1])).pid, flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", code, tmp_path / "a.log"], stdout=subprocess.PIPE, text=True)
    pid = int(parent.stdout.readline())
    time.sleep(2 * PARENT_PERIOD)
    assert is_running(pid)
    parent.kill()
    parent.communicate()
    wait_until(lambda: not is_running(pid))

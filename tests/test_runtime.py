"""configure_process in processes of their own: it counts only before the first import."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from walker_rl.runtime import ENVIRONMENT
from walker_rl.stack import HAS_ACME

REPORT = """
from walker_rl.runtime import configure_process
configure_process()
import gc, os, sys, tensorflow as tf
threads = tf.config.threading
print(threads.get_intra_op_parallelism_threads(), threads.get_inter_op_parallelism_threads())
print(os.environ["TF_ENABLE_ONEDNN_OPTS"], os.environ["OMP_NUM_THREADS"])
print("jax" in sys.modules)
print(gc.isenabled(), gc.get_freeze_count() > 100_000)
""" + ("import jax" if HAS_ACME else "")


COMMAND = """
import sys
from walker_rl.cli import main
main(sys.argv[1:])
import ctypes, pathlib
files = {line.split()[-1] for line in pathlib.Path("/proc/self/maps").read_text().splitlines()}
for path in (file for file in files if "openblas" in file):
    names = [f"{scipy}openblas_get_num_threads{bits}" for scipy in ("", "scipy_") for bits in ("", "64_")]
    (count,) = {getattr(ctypes.CDLL(path), name)() for name in names if hasattr(ctypes.CDLL(path), name)}
    print("BLAS threads:", count)
"""


CORES = sorted(os.sched_getaffinity(0))
INTER_OP = str(min(2, len(CORES)))


def run(
    cores: list[int] = CORES, program: str = REPORT, words: Sequence[str] = (), **environment: str
) -> subprocess.CompletedProcess:
    inherited = {name: value for name, value in os.environ.items() if name not in ENVIRONMENT}
    return subprocess.run(
        [sys.executable, "-c", program, *words],
        env=inherited | environment,
        preexec_fn=lambda: os.sched_setaffinity(0, cores),
        capture_output=True,
        text=True,
        check=True,
    )


def test_threads_and_onednn_are_set_quietly_without_jax_which_can_be_imported_later():
    process = run()
    assert process.stdout.split() == ["1", INTER_OP, "1", "1", "False", "True", "True"]
    assert process.stderr == ""


def test_what_the_user_has_set_stays():
    assert run(TF_ENABLE_ONEDNN_OPTS="0", OMP_NUM_THREADS="3").stdout.split()[:5] == ["1", INTER_OP, "0", "3", "False"]


def test_a_process_on_one_core_runs_one_operation_at_a_time():
    assert run(CORES[:1]).stdout.split()[:5] == ["1", "1", "1", "1", "False"]


@pytest.mark.skipif(len(CORES) == 1, reason="NumPy has one thread on one core anyway")
@pytest.mark.parametrize(
    "words",
    [
        ("train", "gait", "--steps", "10"),
        ("train", "d4pg", "--set", "agent.tau=5"),
        ("evaluate", "--pretrained", "d4pg", "--episodes", "1"),
        ("sweep", "d4pg", "--seeds", "0", "--dry-run"),
    ],
    ids=" ".join,
)
def test_a_command_multiplies_matrices_in_one_thread(words: tuple[str, ...], tmp_path: Path, monkeypatch):
    """A policy's small products are slower with more, and several trainings would take the cores from each other."""
    monkeypatch.chdir(tmp_path)
    lines = run(program=COMMAND, words=words).stdout.splitlines()
    assert {line for line in lines if line.startswith("BLAS threads")} == {"BLAS threads: 1"}

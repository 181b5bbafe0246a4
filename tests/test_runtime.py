"""configure_process in processes of their own: it counts only before the first import."""

import os
import subprocess
import sys

from walker_rl.runtime import ENVIRONMENT
from walker_rl.stack import HAS_ACME

REPORT = """
from walker_rl.runtime import configure_process
configure_process()
import os, sys, tensorflow as tf
threads = tf.config.threading
print(threads.get_intra_op_parallelism_threads(), threads.get_inter_op_parallelism_threads())
print(os.environ["TF_ENABLE_ONEDNN_OPTS"], os.environ["OMP_NUM_THREADS"])
print("jax" in sys.modules)
""" + ("import jax" if HAS_ACME else "")


CORES = sorted(os.sched_getaffinity(0))
INTER_OP = str(min(2, len(CORES)))


def run(cores: list[int] = CORES, **environment: str) -> subprocess.CompletedProcess:
    inherited = {name: value for name, value in os.environ.items() if name not in ENVIRONMENT}
    return subprocess.run(
        [sys.executable, "-c", REPORT],
        env=inherited | environment,
        preexec_fn=lambda: os.sched_setaffinity(0, cores),
        capture_output=True,
        text=True,
        check=True,
    )


def test_threads_and_onednn_are_set_quietly_without_jax_which_can_be_imported_later():
    process = run()
    assert process.stdout.split() == ["1", INTER_OP, "1", "1", "False"]
    assert process.stderr == ""


def test_what_the_user_has_set_stays():
    assert run(TF_ENABLE_ONEDNN_OPTS="0", OMP_NUM_THREADS="3").stdout.split() == ["1", INTER_OP, "0", "3", "False"]


def test_a_process_on_one_core_runs_one_operation_at_a_time():
    assert run(CORES[:1]).stdout.split() == ["1", "1", "1", "1", "False"]

"""The last words of a process of a distributed run."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    ("failure", "message"),
    [
        ("open('/dev/full', 'wb', buffering=0).write(b'a')", "runs/a: No space left on device"),
        ("open('/no/file')", "/no/file: No such file or directory"),
    ],
)
def test_an_error_of_the_system_names_its_file_or_else_the_run(failure, message):
    code = f"from walker_rl.experiments.distributed.node import run_and_exit\nrun_and_exit(lambda: {failure}, 'runs/a')"
    process = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert (process.returncode, process.stderr) == (1, f"error: {message}\n")

"""How `walker-rl` ends: statuses, and one line for what the user can mend."""

import subprocess
import sys

import pytest

FAILING = """
import sys
from walker_rl.cli.app import app, main
from walker_rl.errors import RunError, UserError

@app.command()
def fail():
    raise {exception}

sys.exit(main(["fail"]))
"""


@pytest.mark.parametrize(
    ("exception", "status", "stderr"),
    [
        ("UserError('discount = 2: must be in [0, 1]')", 2, "error: discount = 2: must be in [0, 1]\n"),
        ("RunError('the disk is full')", 1, "error: the disk is full\n"),
        (r"UserError('a\x1b[2J\nb = \u202e')", 2, "error: a[2J b = \n"),
        ("UserError('x = ' + 'y' * 5_000 + ': is long')", 2, f"error: x = {'y' * 496} ... {'y' * 491}: is long\n"),
        ("KeyboardInterrupt", 130, ""),
    ],
)
def test_a_failure_is_one_line_and_a_status(exception, status, stderr):
    process = run("-c", FAILING.format(exception=exception))
    assert (process.returncode, process.stdout, process.stderr) == (status, "", stderr)


def test_a_bug_keeps_its_traceback():
    process = run("-c", FAILING.format(exception="ZeroDivisionError"))
    assert process.returncode == 1
    assert process.stderr.startswith("Traceback")


@pytest.mark.parametrize(
    "arguments",
    [["no-such-command"], ["doctor", "--no-such-option"], ["list", "surplus"], ["train"], ["train", "trpo"]],
)
def test_wrong_usage_is_one_line_and_status_2(arguments):
    process = walker_rl(*arguments)
    assert process.returncode == 2
    assert process.stderr.startswith("error: ")
    assert process.stderr.count("\n") == 1
    assert process.stdout == ""


def test_no_arguments_are_help():
    bare, asked = walker_rl(), walker_rl("--help")
    assert bare.returncode == asked.returncode == 0
    assert bare.stdout == asked.stdout
    assert {"doctor", "list"} <= set(asked.stdout.split())


def run(*arguments: str) -> subprocess.CompletedProcess:
    return subprocess.run([sys.executable, *arguments], capture_output=True, text=True)


def walker_rl(*arguments: str) -> subprocess.CompletedProcess:
    return run("-c", "import sys; from walker_rl.cli import main; sys.exit(main())", *arguments)

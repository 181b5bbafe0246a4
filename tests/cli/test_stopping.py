"""`walker-rl train` asked to stop: when it begins, while it trains, and where nobody reads what it prints."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.fuzzing import make_generator
from tests.tiny import (
    AGENT,
    TINY_RUN,
    last_checkpoint,
    lines_until,
    press_ctrl_c,
    set_options,
    start_command,
    wait_for,
    wait_until,
)
from walker_rl import __version__

pytestmark = pytest.mark.usefixtures("no_signal_is_ignored")

ENDLESS = (
    *("train", AGENT, "--task", "Pendulum-v1", "--steps", "1000000"),
    *set_options((*TINY_RUN, "evaluation.period=100000", "checkpoint.seconds_period=null")),
)
"""A training that leaves one checkpoint at its start and one at its end."""


def begin(run, *words, num_lines=3, **options):
    """Starts a training and waits until it has so many lines of metrics."""
    process = start_command(*ENDLESS, *words, "--run-dir", run, **options)
    wait_for(run / "metrics" / "training.csv", process, num_lines=num_lines)
    return process


def ending(run):
    """The last lines of an interrupted training: its newest checkpoint, and the command that resumes it."""
    where = f"The newest checkpoint is at {last_checkpoint(run):,} steps\n"
    return f"{where}Interrupted; to resume from the newest checkpoint: "


def fill_stderr():
    os.dup2(os.open("/dev/full", os.O_WRONLY), 2)


# --- while it trains


@pytest.mark.parametrize(
    ("number", "lose"), [(signal.SIGHUP, None), (signal.SIGXCPU, None), (signal.SIGTERM, fill_stderr)]
)
def test_a_training_that_is_asked_to_stop_saves_and_says_how_to_resume(tmp_path, number, lose):
    process = begin(tmp_path / "run", preexec_fn=lose)
    process.send_signal(number)
    output, _ = process.communicate(timeout=300)
    assert process.returncode == 75, output
    assert ("Stopping; Ctrl-C again stops at once, without a checkpoint.\n" in output) is (lose is None)
    assert ending(tmp_path / "run") in output
    assert "Traceback" not in output
    assert last_checkpoint(tmp_path / "run") >= 400


@pytest.mark.slow
def test_ctrl_c_brings_the_curve_up_to_date(tmp_path):
    words = ("--set", "evaluation.period=100", "--set", "log_period=100")
    process = begin(tmp_path / "run", *words)
    wait_for(tmp_path / "run" / "curve.png", process)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=300)
    newest = (tmp_path / "run" / "metrics" / "evaluation.csv").stat().st_mtime
    assert (tmp_path / "run" / "curve.png").stat().st_mtime > newest


def test_a_training_whose_reader_is_gone_saves(tmp_path):
    """As of `walker-rl train ... 2>&1 | tee log`, where Ctrl-C ends tee as well."""
    process = begin(tmp_path / "run")
    process.stdout.close()
    press_ctrl_c(process)
    process.wait(timeout=300)
    assert last_checkpoint(tmp_path / "run") >= 400


def test_a_second_ctrl_c_stops_at_once(tmp_path):
    """The first one is noted in an evaluation that takes hours."""
    run = tmp_path / "run"
    process = begin(run, *set_options(("evaluation.period=200", "evaluation.num_episodes=10000")), num_lines=2)
    press_ctrl_c(process)
    lines_until(process, "Stopping; ")
    assert process.poll() is None
    press_ctrl_c(process)
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 130, output
    assert ending(run) in output
    assert "Traceback" not in output
    assert last_checkpoint(run) == 0


def test_an_impatient_user_sees_the_end_and_no_traceback(tmp_path):
    run = tmp_path / "run"
    process = begin(run, *set_options(("evaluation.period=200", "evaluation.num_episodes=10000")), num_lines=2)
    for _ in range(8):
        with contextlib.suppress(ProcessLookupError):  # It has ended.
            press_ctrl_c(process)
        time.sleep(0.03)
    output, _ = process.communicate(timeout=60)
    assert process.returncode in (130, -signal.SIGINT), output
    assert ending(run) in output
    assert "Traceback" not in output


def test_ctrl_c_after_the_end_of_a_command_prints_no_traceback():
    code = "import signal; from walker_rl.cli import main; main(['--version']); signal.raise_signal(signal.SIGINT)"
    process = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert (process.returncode, process.stderr) == (-signal.SIGINT, "")
    assert process.stdout == f"walker-rl {__version__}\n"


# --- when it begins


def interrupted_at_the_start(run, wait):
    process = start_command(*ENDLESS, "--run-dir", run)
    wait(process)
    press_ctrl_c(process)
    output, _ = process.communicate(timeout=300)
    assert process.returncode == 130, output
    assert "Traceback" not in output


def test_ctrl_c_while_tensorflow_is_imported_is_not_lost(tmp_path):
    def wait(process):
        def has_imported():
            assert process.poll() is None
            return "_pywrap_tensorflow" in Path(f"/proc/{process.pid}/maps").read_text()

        wait_until(has_imported, period=0.005)

    interrupted_at_the_start(tmp_path / "run", wait)


@pytest.mark.slow
def test_ctrl_c_at_any_moment_of_the_start_is_not_lost(tmp_path):
    """Early, in the middle and late in four seconds."""
    for number, share in enumerate(make_generator().uniform(size=3)):

        def wait(process, seconds=4.0 * (number + share) / 3):
            wait_until(lambda: has_begun(process))
            time.sleep(seconds)

        interrupted_at_the_start(tmp_path / str(number), wait)


def has_begun(process):
    """True once `main` has made writes to standard error wait for nobody; before that, Python prints a traceback."""
    flags = Path(f"/proc/{process.pid}/fdinfo/2").read_text().split()[3]
    return int(flags, 8) & os.O_NONBLOCK

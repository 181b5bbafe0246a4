"""Commands whose output is lost: they do their work all the same."""

import fcntl
import os
import pty
import shlex
import signal
import subprocess
import termios
import time

import pytest

from tests.analysis.made_runs import make_run
from tests.stacks import acme_stack
from tests.tiny import (
    AGENT,
    COMMAND,
    TINY_RUN,
    last_checkpoint,
    metrics_of,
    press_ctrl_c,
    run_command,
    set_options,
    wait_for,
)

pytestmark = pytest.mark.usefixtures("no_signal_is_ignored")

SETTINGS = ("--task", "Pendulum-v1", *set_options(TINY_RUN))
SHORT = ("train", AGENT, *SETTINGS, "--steps", "300")
ENDLESS = (
    *("train", AGENT, *SETTINGS, "--steps", "1000000"),
    *set_options(("evaluation.period=100000", "checkpoint.seconds_period=null")),
)
"""A training that leaves one checkpoint at its start and one at its end."""

LEFT, FULL, CLOSED = "| head -n 1", "> /dev/full 2>&1", "<&- >&- 2>&-"
"""Output that is lost: its reader leaves, its disk is full, or it is closed from the start."""


def in_shell(words, redirection):
    """Runs `walker-rl` with its output redirected; returns its status and what is left of its standard error."""
    line = f"{shlex.join([*COMMAND, *map(str, words)])} {redirection}; exit ${{PIPESTATUS[0]}}"
    result = subprocess.run(["bash", "-c", line], capture_output=True, text=True, timeout=300, check=False)
    return result.returncode, result.stderr


@pytest.fixture(scope="module")
def straight(tmp_path_factory):
    """A run whose output is read."""
    run = tmp_path_factory.mktemp("runs") / "straight"
    assert run_command(*SHORT, "--run-dir", run).returncode == 0
    return run


@pytest.mark.slow
@pytest.mark.parametrize("redirection", [LEFT, FULL, CLOSED])
def test_a_training_is_trained_to_its_end(tmp_path, straight, redirection):
    run = tmp_path / "run"
    assert in_shell((*SHORT, "--run-dir", run), redirection) == (0, "")
    assert metrics_of(run) == metrics_of(straight)
    assert (run / "summary.json").read_text() == (straight / "summary.json").read_text()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "left", "redirection"),
    [
        pytest.param(
            ("launch", AGENT, "--num-actors", "1", "--steps", "600", *SETTINGS, "--run-dir"),
            "summary.json",
            LEFT,
            marks=acme_stack,
        ),
        (("sweep", AGENT, "--set", "max_actor_steps=600", *SETTINGS, "--output"), "*/summary.json", FULL),
        (
            ("tune", AGENT, "--trials", "1", "--seeds", "3", "--steps", "600", *SETTINGS, "--output"),
            "best.yaml",
            CLOSED,
        ),
    ],
)
def test_many_processes_are_seen_to_their_end(tmp_path, words, left, redirection):
    assert in_shell((*words, tmp_path / "out"), redirection) == (0, "")
    assert list((tmp_path / "out").glob(left))


# --- asked to stop


def wait_for_training(run, process):
    wait_for(run / "metrics" / "training.csv", process, num_lines=3)


@pytest.mark.parametrize("reader", ["tee", "head -n 1 >"])
def test_ctrl_c_on_a_pipeline_saves(tmp_path, reader):
    run = tmp_path / "run"
    line = f"{shlex.join([*COMMAND, *ENDLESS, '--run-dir', str(run)])} 2>&1 | {reader} {tmp_path / 'log'}"
    process = subprocess.Popen(["bash", "-c", line], start_new_session=True)
    wait_for_training(run, process)
    press_ctrl_c(process)
    process.wait(timeout=300)
    assert last_checkpoint(run) >= 400
    assert (tmp_path / "log").read_text().startswith("Training ")


def start_on_terminal(*words, is_controlling=True):
    """Starts `walker-rl` on a terminal of its own; returns the process, and the other end of the terminal."""
    master, slave = pty.openpty()
    process = subprocess.Popen(
        [*COMMAND, *map(str, words)],
        stdin=slave,
        stdout=slave,
        stderr=slave,
        start_new_session=True,
        preexec_fn=(lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0)) if is_controlling else None,
    )
    os.close(slave)
    return process, master


def test_a_terminal_that_is_closed_stops_the_training_which_saves(tmp_path):
    run = tmp_path / "run"
    process, master = start_on_terminal(*ENDLESS, "--run-dir", run)
    wait_for_training(run, process)
    os.close(master)
    assert process.wait(timeout=300) == 75
    assert last_checkpoint(run) >= 400


@pytest.mark.slow
def test_a_terminal_that_is_closed_without_a_signal_costs_the_display(tmp_path, straight):
    run = tmp_path / "run"
    process, master = start_on_terminal(*SHORT, "--run-dir", run, is_controlling=False)
    shown = b""
    while b"Training" not in shown:
        shown += os.read(master, 1_024)
    os.close(master)
    assert process.wait(timeout=300) == 0
    assert metrics_of(run) == metrics_of(straight)


@pytest.mark.slow
def test_a_terminal_that_nobody_reads_does_not_hold_the_training_up(tmp_path):
    """As that of a connection that hangs: the display fills what the terminal holds."""
    run = tmp_path / "run"
    process, master = start_on_terminal(*ENDLESS, "--run-dir", run)
    fill(process, master)
    wait_for_training(run, process)
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=300) == 75
    assert last_checkpoint(run) >= 400
    os.close(master)


def fill(process, master):
    """Writes to the terminal of a process until it takes no more."""
    terminal = os.open(f"/proc/{process.pid}/fd/2", os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY)
    with pytest.raises(BlockingIOError):
        while True:
            os.write(terminal, b"-" * 1000)
    os.close(terminal)


@acme_stack
@pytest.mark.slow
def test_a_launched_run_on_a_terminal_that_nobody_reads_saves(tmp_path):
    run = tmp_path / "run"
    process, master = start_on_terminal("launch", *ENDLESS[1:], "--num-actors", "1", "--run-dir", run)
    fill(process, master)
    wait_for_training(run, process)
    time.sleep(2)
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=300) == 75
    assert last_checkpoint(run) >= 400
    os.close(master)


# --- commands that are run for what they print


@pytest.mark.parametrize("redirection", ["| true", "| head -n 1", ">&-"])
def test_a_list_without_a_reader_ends_quietly(redirection):
    assert in_shell(("list",), redirection) == (0, "")


def test_a_text_that_a_full_disk_does_not_take_is_a_failure():
    message = "error: standard output: No space left on device\n"
    for words in (("list",), ("train", AGENT, "--help"), ("sweep", AGENT, "--task", "Pendulum-v1", "--dry-run")):
        assert in_shell(words, "> /dev/full") == (1, message)


@pytest.mark.slow
def test_a_comparison_without_a_reader_draws_its_figures(tmp_path):
    run = make_run(tmp_path / "run", [1, 2]).path
    assert in_shell(("compare", run, "--output", tmp_path / "out"), "| true") == (0, "")
    assert list((tmp_path / "out").glob("*.png"))
    assert in_shell(("report", run, "--output", tmp_path / "page.html"), "| true") == (0, "")
    assert (tmp_path / "page.html").exists()

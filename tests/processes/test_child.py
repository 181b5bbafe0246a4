"""Child processes: real ones, started, ended and described."""

import os
import shlex
import signal
import subprocess
import sys
import time

import pytest

from tests.fuzzing import bounded
from tests.tiny import is_running, wait_until
from walker_rl.processes.child import Ending, end_children, last_line, start_child

CORE = max(os.sched_getaffinity(0))


@pytest.fixture
def start(tmp_path):
    """Starts `sh -c SCRIPT` and waits until it has printed "ready", if it does."""
    started = []

    def start(script, is_ready=True):
        log = tmp_path / "logs" / f"{len(started)}.log"
        child = start_child(("sh", "-c", script), log, (CORE,))
        started.append(child)
        while is_ready and last_line(log) != "ready":
            assert child.exit_status is None
            time.sleep(0.005)
        return child

    yield start
    for child in started:
        child.kill()


def ended(child):
    while child.exit_status is None:
        time.sleep(0.005)
    return child


def test_a_process_has_its_cores_and_a_session_of_its_own_and_is_killed(start):
    child = start("echo ready; sleep 60")
    assert os.sched_getaffinity(child.pid) == {CORE}
    assert os.getsid(child.pid) == child.pid
    assert child.exit_status is None
    child.kill()
    assert child.exit_status == -9
    child.kill()  # Nothing is left to be killed.


def test_cores_that_are_gone_are_left_out(tmp_path):
    child = ended(start_child(("sh", "-c", "exit 3"), tmp_path / "a.log", (os.cpu_count() + 1,)))
    assert child.exit_status == 3


def test_a_log_begins_with_the_command_and_is_appended_to(tmp_path):
    log = tmp_path / "logs" / "a.log"
    for _ in range(2):
        ended(start_child(("echo", "a b"), log))
    assert log.read_text() == "$ echo 'a b'\na b\n" * 2


def test_a_command_may_have_any_bytes(tmp_path):
    ended(start_child(("echo", os.fsdecode(b"caf\xe9")), tmp_path / "a.log"))
    assert (tmp_path / "a.log").read_bytes() == b"$ echo 'caf\xe9'\ncaf\xe9\n"


def test_a_process_without_cores_of_its_own_has_ours(tmp_path):
    child = start_child(("sleep", "60"), tmp_path / "a.log")
    assert os.sched_getaffinity(child.pid) == os.sched_getaffinity(0)
    child.kill()


def test_what_a_process_has_started_is_killed_with_it(start, tmp_path):
    child = start(f"sleep 60 & echo $! > {shlex.quote(str(tmp_path / 'pid'))}; echo ready; wait")
    grandchild = int((tmp_path / "pid").read_text())
    assert is_running(grandchild)
    child.kill()
    wait_until(lambda: not is_running(grandchild))


def test_a_process_does_not_outlive_its_parent(tmp_path):
    code = (
        "import sys, time; from pathlib import Path; from walker_rl.processes.child import start_child\n"
        "print(start_child(('sleep', '60'), Path(sys.argv[1])).pid, flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", code, tmp_path / "a.log"], stdout=subprocess.PIPE, text=True)
    pid = int(parent.stdout.readline())
    assert is_running(pid)
    parent.kill()
    parent.communicate()
    wait_until(lambda: not is_running(pid))


@pytest.mark.parametrize(
    ("script", "status", "words"),
    [
        ("echo no room; echo; exit 3", 3, "with status 3 (no room)"),
        ("echo working; kill -SEGV $$", -11, "killed by SIGSEGV"),
        ("kill -40 $$", -40, "killed by signal 40"),
        ("exit 3", 3, "with status 3"),
    ],
)
def test_an_end_in_words(start, script, status, words):
    ending = ended(start(script, is_ready=False)).ending
    assert (ending.status, str(ending)) == (status, words)


def test_an_end_without_a_word():
    assert str(Ending(9, "")) == "with status 9"
    assert str(Ending(0, "To watch: ...")) == "with status 0", "no reason"


def test_children_are_asked_to_end_and_have_time_for_it(start):
    children = [start("trap 'sleep 0.2; exit 75' TERM; echo ready; while :; do sleep 0.01; done") for _ in range(2)]
    end_children([*children, ended(start("exit 0", is_ready=False))], 30.0, lambda: False)
    assert [child.exit_status for child in children] == [75, 75]


@pytest.mark.parametrize(("seconds", "is_urgent"), [(0.3, False), (30.0, True)])
def test_a_child_that_does_not_end_is_killed(start, seconds, is_urgent):
    deaf, obedient = start("trap '' TERM; echo ready; while :; do sleep 0.01; done"), start("echo ready; sleep 60")
    began = time.monotonic()
    end_children([deaf, obedient], seconds, lambda: is_urgent)
    assert time.monotonic() - began < 25
    assert deaf.exit_status == -signal.SIGKILL
    assert obedient.exit_status in (-signal.SIGTERM, -signal.SIGKILL)


def test_nothing_said_is_no_line(tmp_path):
    assert last_line(tmp_path / "a.log") == ""
    (tmp_path / "a.log").write_text("\n\n")
    assert last_line(tmp_path / "a.log") == ""
    assert last_line(tmp_path) == ""  # A folder.


def test_the_last_line_of_a_log_of_any_size(tmp_path):
    log = tmp_path / "a.log"
    with log.open("wb") as file:
        file.truncate(10**12)
        file.seek(0, os.SEEK_END)
        file.write(b"\nno room\n")
    with bounded():
        assert last_line(log) == "no room"

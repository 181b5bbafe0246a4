"""The supervisor's count of failures, with real processes in the place of a run's."""

import signal
import time

import pytest

from tests.tiny import wait_until
from walker_rl.errors import RunError
from walker_rl.experiments.distributed.launch import supervisor
from walker_rl.experiments.distributed.launch.program import CommandNode
from walker_rl.experiments.distributed.launch.supervisor import Supervisor
from walker_rl.experiments.run.directory import RunDirectory
from walker_rl.processes.child import start_child
from walker_rl.processes.exit_statuses import FAILED

SECONDS = 0.3
"""Time for which each process works before it crashes."""

MAX_TRIES = 3


@pytest.fixture
def impatience(monkeypatch):
    """Fewer tries, since the wait before each is twice that before the last, and a short time that is long enough."""
    monkeypatch.setattr(supervisor, "MAX_TRIES", MAX_TRIES)
    monkeypatch.setattr(supervisor, "LONG_ENOUGH", SECONDS / 2)


def supervised(folder, name, code=""):
    """Supervises a process that crashes after a while, 2 `MAX_TRIES` times at most; prints the number of its starts."""
    run, starts = RunDirectory(folder), folder / "starts"
    run.checkpoints.mkdir(exist_ok=True)
    script = f"echo >> {starts}; [ $(wc -l < {starts}) -gt {2 * MAX_TRIES} ] && exit 0; {code} sleep {SECONDS}; exit 9"
    node = CommandNode(name, ["sh", "-c", script])
    children = {name: start_child(node.command, folder / "log")}
    one = Supervisor([node], children, run, 60.0, print)
    try:
        while not one.check():
            time.sleep(0.02)
    finally:
        one.stop(lambda: True)
        print(starts.read_text().count("\n"))


def test_a_central_process_that_crashes_before_each_checkpoint_is_given_up(tmp_path, impatience, capsys):
    with pytest.raises(RunError, match=f"^central has failed {MAX_TRIES} times in a row, with status 9"):
        supervised(tmp_path, "central")
    assert capsys.readouterr().out.splitlines()[-1] == str(MAX_TRIES)


@pytest.mark.parametrize("rows", ["", "10,1\n"])
def test_an_evaluator_that_crashes_before_each_result_is_given_up(tmp_path, impatience, rows):
    (tmp_path / "metrics").mkdir()
    if rows:
        (tmp_path / "metrics" / "evaluation.csv").write_text(rows)
    with pytest.raises(RunError, match=f"^evaluator has failed {MAX_TRIES} times in a row, with status 9"):
        supervised(tmp_path, "evaluator")


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("central", "touch {}/checkpoints/step_$(date +%s%N).npz;"),
        ("evaluator", "echo 10,1 >> {}/metrics/evaluation.csv;"),
        ("actor_0", ""),
    ],
)
def test_a_process_that_crashes_after_it_has_progressed_is_restarted(tmp_path, impatience, capsys, name, code):
    (tmp_path / "metrics").mkdir()
    supervised(tmp_path, name, code.format(tmp_path))
    assert capsys.readouterr().out.splitlines()[-1] == str(2 * MAX_TRIES + 1)


def test_time_in_which_the_launcher_is_suspended_is_no_silence(tmp_path, monkeypatch, capsys):
    now = 1_000.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    run = RunDirectory(tmp_path)
    node = CommandNode("central", ["sleep", "100"])
    children = {"central": start_child(node.command, tmp_path / "log")}
    one = Supervisor([node], children, run, 60.0, print)
    run.status.write_text("{}")
    try:
        one.check()
        now += 1_000.0
        one.check()
        assert children["central"].exit_status is None
        for _ in range(61):
            now += 1.0
            one.check()
        assert "central has not responded for 60 s" in capsys.readouterr().out
        assert children["central"].exit_status == -signal.SIGKILL
    finally:
        children["central"].kill()


@pytest.mark.parametrize(("status", "has_saved"), [(FAILED, True), (9, False)])
def test_a_central_process_that_has_said_why_it_failed_is_not_said_to_lack_a_checkpoint(tmp_path, status, has_saved):
    node = CommandNode("central", ["sh", "-c", f"exit {status}"])
    children = {"central": start_child(node.command, tmp_path / "log")}
    one = Supervisor([node], children, RunDirectory(tmp_path), 60.0, print)
    wait_until(lambda: children["central"].exit_status is not None)
    assert one.stop(lambda: False) == has_saved

"""Who can reach a server: a real socket of this process, outside a private network."""

import os
import socket
import subprocess

import pytest

from walker_rl.errors import RunError
from walker_rl.experiments.distributed.launch.port_check import PortCheck


@pytest.fixture
def port():
    with socket.create_server(("", 0)) as server:
        yield server.getsockname()[1]


def test_a_server_that_others_can_reach_is_refused(port):
    with pytest.raises(RunError, match=rf"^port .*\b{port}\b.* listens beyond loopback: .*\blo\b"):
        PortCheck(open_ports=False, tell=print).check(os.getpid())


def test_open_ports_are_told_once(port):
    lines = []
    check = PortCheck(open_ports=True, tell=lines.append)
    check.check(os.getpid())
    check.check(os.getpid())
    (line,) = lines
    assert line.startswith("warning: port ") and line.endswith(" listens on every interface, and requires no password")
    assert str(port) in line


def test_a_process_that_does_not_listen_yet_is_checked_again():
    lines = []
    check = PortCheck(open_ports=True, tell=lines.append)
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE) as other:
        check.check(other.pid)
    assert lines == []
    with socket.create_server(("", 0)):
        check.check(os.getpid())
    assert len(lines) == 1

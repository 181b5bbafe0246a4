"""A network of one's own, and what listens in it; each in a process of its own."""

import re
import socket
import subprocess
import sys

import pytest

from tests.experiments.distributed.launched import ENDLESS, launched
from tests.tiny import AGENT, lines_until, run_command
from walker_rl.experiments.distributed.isolation import free_port, is_free, listening_ports

INSIDE = """
import os, socket, sys
from walker_rl.experiments.distributed.isolation import enter_private_network, interfaces
before = (os.getuid(), os.getgid())
enter_private_network()
assert interfaces() == ["lo"], interfaces()
assert (os.getuid(), os.getgid()) == before
server = socket.create_server(("", 0))
socket.create_connection(("127.0.0.1", server.getsockname()[1]), timeout=5).close()
try:
    socket.create_connection(("127.0.0.1", int(sys.argv[1])), timeout=5)
except ConnectionRefusedError:
    print("alone")
"""


def test_a_private_network_has_loopback_and_nobody_else():
    with socket.create_server(("", 0)) as outside:
        command = [sys.executable, "-c", INSIDE, str(outside.getsockname()[1])]
        result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.stdout == "alone\n", result.stderr


def test_a_port_is_free_until_somebody_listens():
    port = free_port()
    assert is_free(port)
    with socket.socket() as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)  # As gRPC does.
        server.bind(("", port))
        server.listen()
        assert not is_free(port)
    assert is_free(port)


def test_the_ports_of_a_process_are_found():
    code = (
        "import socket, sys; s = socket.create_server(('', 0)); print(s.getsockname()[1], flush=True); sys.stdin.read()"
    )
    process = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    port = int(process.stdout.readline())
    assert listening_ports([process.pid]) == [port]
    process.communicate("")
    assert listening_ports([process.pid]) == []


@pytest.mark.slow
def test_a_port_that_another_server_holds_is_refused_before_the_start(tmp_path):
    with socket.create_server(("", 0)) as stale:
        port = stale.getsockname()[1]
        run = tmp_path / "run"
        result = run_command("launch", AGENT, "--listen", f"localhost:{port}", "--run-dir", run)
        assert result.returncode == 2
        message = f"listen = localhost:{port}: port must be free; another server listens there"
        assert result.stderr == f"error: {message}\n"
        assert not run.exists()


@pytest.mark.slow
def test_nothing_outside_the_private_network_reaches_the_server(tmp_path):
    with launched(tmp_path / "run", *ENDLESS) as made:
        line = lines_until(made.process, "Port ")[-1]
        port = int(re.match(r"Port (\d+) listens in a private network; nothing outside of it can connect.\n", line)[1])
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port), timeout=5)
        inside = [
            *("nsenter", "--target", str(made.pids("central")["central"]), "--net"),
            *(sys.executable, "-c", f"import socket; socket.create_connection(('127.0.0.1', {port}))"),
        ]
        assert subprocess.run(inside, check=False).returncode == 0


@pytest.mark.slow
def test_open_ports_are_named(tmp_path):
    with launched(tmp_path / "run", *ENDLESS, "--open-ports") as made:
        line = lines_until(made.process, "warning: port ")[-1]
        port = int(re.match(r"warning: port (\d+) listens on every interface, and asks for no password\n", line)[1])
        socket.create_connection(("127.0.0.1", port), timeout=5).close()

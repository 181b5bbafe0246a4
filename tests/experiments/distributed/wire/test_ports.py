"""Ports, and who listens on them."""

import socket
import subprocess
import sys

import pytest

from tests.tiny import AGENT, run_command
from walker_rl.experiments.distributed.wire.ports import free_port, is_free, listening_ports


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
    assert listening_ports(process.pid) == [port]
    process.communicate("")
    assert listening_ports(process.pid) == []


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

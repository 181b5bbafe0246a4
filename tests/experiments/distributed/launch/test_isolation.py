"""A network of one's own, in a process of its own."""

import re
import socket
import subprocess
import sys

import pytest

from tests.experiments.distributed.launched import ENDLESS, launched
from tests.tiny import lines_until

INSIDE = """
import os, socket, sys
from walker_rl.experiments.distributed.launch.isolation import enter_private_network, interfaces
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

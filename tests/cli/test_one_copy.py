"""Commands with an environment of which there can be one copy."""

import socket

import pytest

from tests.one_copy import MODULE
from tests.tiny import AGENT, TINY_RUN, run_command, set_options


@pytest.mark.parametrize("more", [(), ("--watch",)])
def test_a_training_that_can_have_no_evaluator_is_refused_and_leaves_nothing(tmp_path, more):
    (tmp_path / "simulator.py").write_text(MODULE)
    with socket.create_server(("localhost", 0)) as server:
        port = server.getsockname()[1]
    options = set_options((*TINY_RUN, "task=simulator:Server", f"environment.port={port}"))
    result = run_command("train", AGENT, *options, "--run-dir", "run", *more, cwd=tmp_path)
    assert result.returncode == 2
    assert result.stderr.startswith("error: task = simulator:Server: raised OSError: [Errno 98] ")
    assert not (tmp_path / "run").exists()

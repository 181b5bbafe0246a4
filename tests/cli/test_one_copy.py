"""An environment of the user's own of which there can be one copy, as of a simulator on a fixed port."""

import socket

import pytest

from tests.tiny import AGENT, TINY_RUN, run_command, set_options

MODULE = """
import socket

import dm_env
import numpy as np
from dm_env import specs


class Server(dm_env.Environment):
    def __init__(self, port):
        self.socket = socket.create_server(("localhost", port))

    def action_spec(self):
        return specs.BoundedArray((1,), np.float32, -1.0, 1.0)

    def observation_spec(self):
        return specs.Array((1,), np.float32)

    def reset(self):
        return dm_env.restart(np.zeros(1, np.float32))

    def step(self, action):
        return dm_env.transition(1.0, np.zeros(1, np.float32))

    def close(self):
        self.socket.close()
"""


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

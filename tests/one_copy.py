"""An environment of the user's own of which there can be one copy, as of a simulator on a fixed port."""

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

"""A real server of a run."""

import pytest

from walker_rl.experiments.distributed.channel import Channel
from walker_rl.experiments.distributed.ports import free_port
from walker_rl.experiments.distributed.server import start_server

RUN_ID = "0123456789ab"


@pytest.fixture
def server(tmp_path):
    server = start_server(RUN_ID, free_port(), tmp_path)
    yield server
    server.stop()


@pytest.fixture
def channel(server):
    channel = Channel(f"localhost:{server.port}", RUN_ID)
    yield channel
    channel.close()

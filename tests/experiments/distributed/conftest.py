"""A real server of a run, and a real Ray cluster."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.experiments.distributed.ray_cluster import Cluster
from walker_rl.experiments.distributed.wire.channel import Channel
from walker_rl.experiments.distributed.wire.ports import free_port
from walker_rl.experiments.distributed.wire.server import start_server

RUN_ID = "0123456789ab"


def open_channel(server, *warn):
    """Yields a channel to a server, and closes both; a channel to a server that runs closes slowly."""
    channel = Channel(f"localhost:{server.port}", RUN_ID, *warn)
    yield channel
    server.stop()
    channel.close()


@pytest.fixture
def server(tmp_path):
    server = start_server(RUN_ID, free_port(), tmp_path)
    yield server
    server.stop()


@pytest.fixture
def channel(server):
    yield from open_channel(server)


@pytest.fixture
def cluster(shared_cluster) -> Iterator[Cluster]:
    """The cluster of a file of tests, without the folders that workers left in it when they were killed."""
    yield shared_cluster
    for folder in shared_cluster.scratch.glob("walker_rl_*"):
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def shared_cluster() -> Iterator[Cluster]:
    folder = Path(tempfile.mkdtemp(prefix="ray", dir="/tmp"))  # Short: sockets are in it.
    made = Cluster(folder)
    try:
        for name in ("first", "second", "spare"):
            made.add(name)
        yield made
    finally:
        made.close()
        shutil.rmtree(folder, ignore_errors=True)

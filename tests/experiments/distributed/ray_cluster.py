"""A real Ray cluster for tests, whose machines are raylets of this one."""

import contextlib
import os
import secrets
import subprocess
from pathlib import Path

import psutil
import pytest

from tests.package_copy import ROOT
from tests.tiny import AGENT, lines_until
from walker_rl.experiments.distributed.wire.ports import free_port

RAY = ROOT / ".venv-ray" / "bin" / "ray"

MARKS = [
    pytest.mark.slow,
    pytest.mark.skipif(not RAY.exists(), reason="Ray has an environment of its own, which `make ray` makes"),
]


class Cluster:
    """A head and workers, each a raylet that offers some CPUs."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.scratch = folder / "scratch"
        self.scratch.mkdir()
        self.address = f"127.0.0.1:{free_port()}"
        self.environment = {
            **os.environ,
            "RAY_AUTH_MODE": "token",
            "RAY_AUTH_TOKEN": secrets.token_hex(32),
            "RAY_memory_monitor_refresh_ms": "0",  # It would kill workers when tests beside it fill the memory.
            "RAY_USAGE_STATS_ENABLED": "0",
            "TMPDIR": str(self.scratch),
        }
        port = self.address.rpartition(":")[2]
        head = ("--head", "--port", port, "--temp-dir", folder, "--include-dashboard=false")
        self.machines = {"head": self._start(*head, "--num-cpus", "1")}

    def add(self, name: str) -> None:
        self.machines[name] = self._start("--address", self.address, "--num-cpus", "1")

    def lose(self, name: str) -> None:
        """Kills a machine's raylet and all that runs under it."""
        for one in self.processes(name):
            with contextlib.suppress(psutil.NoSuchProcess):
                one.kill()
        del self.machines[name]

    def processes(self, *names: str) -> list[psutil.Process]:
        """All that run on some machines, by default on every one, each after its children."""
        raylets = [psutil.Process(self.machines[name].pid) for name in names or self.machines]
        return [one for raylet in raylets for one in (*raylet.children(recursive=True), raylet)]

    def close(self) -> None:
        for name in reversed(list(self.machines)):
            self.lose(name)

    def _start(self, *words: str | Path) -> subprocess.Popen:
        process = subprocess.Popen(
            [RAY, "start", "--block", *words],
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        lines_until(process, ".*Ray runtime started")
        return process


def words(cluster, *more):
    options = ("--address", cluster.address, "--central-cpus", "1", "--num-actors", "2")
    return ("cluster", "submit", AGENT, *options, "--ray-python", RAY.with_name("python"), *more)


def script(path: Path, text: str) -> Path:
    """Writes a shell script, which can be a run's Python."""
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path

"""Machines on one machine: network namespaces behind a switch, and a run spread over them."""

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from tests.experiments.distributed.launched import PENDULUM, Launched, end
from tests.tiny import AGENT, COMMAND, DISTRIBUTIONAL_AGENT, lines_until
from walker_rl.experiments.distributed.wire.channel import MAX_BLOCKS_IN_FLIGHT
from walker_rl.experiments.distributed.wire.server import MAX_BLOCKS

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        os.geteuid() != 0, reason="only the superuser may make network namespaces with links between them"
    ),
]

HOSTS = ("central", "near", "far", "late")
PORT = 8000
ADDRESS = f"10.77.0.1:{PORT}"

SERVERS_PATIENCE = 20
"""Seconds for which gRPC's server waits for an answer of a client before it gives up the connection."""

SERVER = f"""
import sys
from pathlib import Path
from walker_rl.experiments.distributed.wire.channel import Channel
from walker_rl.experiments.distributed.wire.server import start_server
server = start_server("run", {PORT}, Path(sys.argv[1]))
print("serves", flush=True)
input()
blocks = Channel("localhost:{PORT}", "run").subscribe_to_rows(1, 1)
while True:
    assert blocks.get(timeout=300) is not None
    print("took a block", flush=True)
"""

ACTOR = f"""
import itertools
import numpy as np
from walker_rl.experiments.distributed.wire.channel import Channel
from walker_rl.experiments.distributed.wire.patience import Patience
from walker_rl.experiments.distributed.wire.transitions import MAX_BLOCK_SIZE, TransitionStream
channel = Channel("{ADDRESS}", "run")
stream = TransitionStream(channel, 1, Patience("nothing heard", 300.0, channel.ping))
for number in itertools.count(1):
    stream.insert(np.zeros((MAX_BLOCK_SIZE, 1)))
    print(f"sent block {{number}}", flush=True)
"""
"""Sends blocks until the server's queue is full, then whenever there is room."""


def ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True, text=True)


class Machines:
    """Four hosts, each a network namespace with one link to a switch."""

    def __init__(self) -> None:
        prefix = f"wr{os.getpid()}"
        self._switch = f"{prefix}s"
        self._names = {host: f"{prefix}{index}" for index, host in enumerate(HOSTS)}
        ip("netns", "add", self._switch)
        ip("-n", self._switch, "link", "add", "bridge", "type", "bridge")
        ip("-n", self._switch, "link", "set", "bridge", "up")
        for index, (host, name) in enumerate(self._names.items()):
            ip("netns", "add", name)
            ip("-n", self._switch, "link", "add", host, "type", "veth", "peer", "name", "eth0", "netns", name)
            ip("-n", self._switch, "link", "set", host, "master", "bridge", "up")
            ip("-n", name, "addr", "add", f"10.77.0.{index + 1}/24", "dev", "eth0")
            ip("-n", name, "link", "set", "eth0", "up")
            ip("-n", name, "link", "set", "lo", "up")

    def close(self) -> None:
        for name in (*self._names.values(), self._switch):
            ip("netns", "delete", name)

    def cut(self, host: str) -> None:
        ip("-n", self._switch, "link", "set", host, "down")

    def heal(self, host: str) -> None:
        ip("-n", self._switch, "link", "set", host, "up")

    def on(self, host: str) -> list[str]:
        """Words before a command that let it run on a host."""
        return ["ip", "netns", "exec", self._names[host]]


@pytest.fixture
def machines() -> Iterator[Machines]:
    made = Machines()
    yield made
    made.close()


@contextlib.contextmanager
def started(machines: Machines, host: str, run, *words: str) -> Iterator[Launched]:
    """`walker-rl launch` on a host."""
    made = Launched(run, *map(str, words), before=machines.on(host))
    try:
        yield made
    finally:
        end(made)


@contextlib.contextmanager
def running(machines: Machines, host: str, *words: str) -> Iterator[subprocess.Popen]:
    """Python on a host."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    process = subprocess.Popen([*machines.on(host), sys.executable, *words], **pipes)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def central(machines, run, steps):
    return started(
        machines,
        "central",
        run,
        *("--role", "central", "--listen", ADDRESS, "--run-dir", run, "--steps", steps),
        *PENDULUM,
        *("--set", "checkpoint.seconds_period=null"),
    )


def resumed_central(machines, run, steps):
    return started(
        machines, "central", run, "--resume", run, "--role", "central", "--listen", ADDRESS, "--steps", steps
    )


def actors(machines, host, run, *words):
    return started(machines, host, run, "--role", "actors", "--join", ADDRESS, "--run-dir", run, *words)


def test_a_run_over_machines_lives_through_a_cut_a_loss_and_a_late_comer(machines, tmp_path):
    with (
        central(machines, tmp_path / "run", 10_000_000) as run,
        actors(machines, "near", tmp_path / "near", "--num-actors", "1") as near,
        actors(machines, "far", tmp_path / "far", "--num-actors", "1") as far,
    ):
        run.wait_until(lambda: run.status.get("num_actors") == 2, "two actors")
        run.wait_for_learning()

        machines.cut("far")
        cut_at = time.monotonic()
        run.wait_until(lambda: run.status["num_actors"] == 1, "one actor")
        pids = far.pids()
        run.wait_for_learning(more=200)
        time.sleep(max(0.0, cut_at + SERVERS_PATIENCE + 5 - time.monotonic()))
        machines.heal("far")
        run.wait_until(lambda: run.status["num_actors"] == 2, "two actors again")
        assert far.pids() == pids, "the same process goes on"

        with actors(machines, "late", tmp_path / "late", "--num-actors", "2") as late:
            run.wait_until(lambda: run.status["num_actors"] == 4, "four actors")
            assert set(run.status["actor_steps_by_index"]) == {"0", "1", "2", "3"}

            near.process.kill()  # A machine is lost with its actors.
            run.wait_until(lambda: run.status["num_actors"] == 3, "three actors")
            run.wait_for_learning()

            assert "warning: port 8000 listens on every interface, and requires no password\n" in run.stop()
            steps = run.status["actor_steps"] + 20_000  # Long enough for all of them to come back before the end.
            with resumed_central(machines, tmp_path / "run", steps) as again:  # To which the same actors come back.
                again.finish(600)
                assert again.process.returncode == 0, again.everything()
                ends = [one.finish().splitlines()[-1] for one in (late, far)]
                assert ends == ["The run has ended"] * 2
                assert re.search(
                    r"^Actor \d+ ends at [\d,]+ steps: the run has ended\.$", far.everything(), re.MULTILINE
                )
                assert (late.process.returncode, far.process.returncode) == (0, 0)
    assert "Traceback" not in run.everything() + again.everything() + late.everything() + far.everything()


def test_an_actor_that_waits_while_its_server_gives_up_the_connection_goes_on(machines, tmp_path):
    num_waiting = MAX_BLOCKS + MAX_BLOCKS_IN_FLIGHT
    with running(machines, "central", "-c", SERVER, str(tmp_path)) as server, contextlib.ExitStack() as stack:
        lines_until(server, "serves")
        actor = stack.enter_context(running(machines, "far", "-c", ACTOR))
        lines_until(actor, f"sent block {num_waiting}")
        time.sleep(2)  # The next block is sent, and waits to be stored.
        machines.cut("far")
        server.stdin.write("\n")
        server.stdin.flush()
        lines_until(server, "took a block")
        time.sleep(SERVERS_PATIENCE + 5)
        machines.heal("far")
        lines_until(actor, f"sent block {num_waiting + 10}")


def test_who_may_not_join_is_told_why_in_a_line(machines, tmp_path):
    refused = [
        ((DISTRIBUTIONAL_AGENT,), f"agent_name = {DISTRIBUTIONAL_AGENT}: must be {AGENT}, as in the run at {ADDRESS}"),
        (
            (AGENT, "--set", "agent.tau=0.5"),
            f"agent.tau = 0.5, there 0.005: must be as in the run at {ADDRESS}, or not be given",
        ),
        (
            (AGENT, "--steps", "5"),
            f"max_actor_steps = 5, there 10000000: must be as in the run at {ADDRESS}, or not be given",
        ),
        (
            (AGENT, "--run-dir", str(tmp_path / "run")),
            f"run_dir = {tmp_path}/run: must not be a run's; actors that join leave nothing but logs",
        ),
    ]
    with central(machines, tmp_path / "run", 10_000_000) as run:
        run.wait_until(lambda: run.status, "the server")
        for words, message in refused:
            command = [*machines.on("near"), *COMMAND, "launch", *words, "--role", "actors", "--join", ADDRESS]
            result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300, cwd=tmp_path)
            assert (result.returncode, result.stderr) == (2, f"error: {message}\n")
        assert not (tmp_path / "runs").exists()
        run.process.send_signal(signal.SIGTERM)
        run.finish()
        assert run.process.returncode == 75


def test_actors_leave_without_harm_and_come_back(machines, tmp_path):
    with central(machines, tmp_path / "run", 10_000_000) as run:
        with actors(machines, "near", tmp_path / "near", "--num-actors", "2") as near:
            run.wait_until(lambda: run.status.get("num_actors") == 2, "two actors")
            os.killpg(near.process.pid, signal.SIGINT)
            output = near.finish()
            assert near.process.returncode == 130
            assert output.splitlines()[-1] == "Stopped; the run continues without these actors"
        run.wait_until(lambda: run.status["num_actors"] == 0, "no actor")
        before = run.status["actor_steps"]
        with actors(machines, "near", tmp_path / "near again", "--num-actors", "1"):
            run.wait_until(lambda: run.status["actor_steps"] > before, "an actor steps again")
            run.wait_for_learning()

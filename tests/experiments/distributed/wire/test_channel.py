"""Messages through a real server."""

import json
import os
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

from tests.tiny import AGENT, wait_until
from walker_rl import __version__
from walker_rl.errors import UserError
from walker_rl.experiments.config import to_dict
from walker_rl.experiments.config_loading import load_config
from walker_rl.experiments.distributed.wire.channel import MAX_BLOCKS_IN_FLIGHT, Channel
from walker_rl.experiments.distributed.wire.codec import protocol
from walker_rl.experiments.distributed.wire.membership import take_part
from walker_rl.experiments.distributed.wire.messages import (
    Experiment,
    Notice,
    Report,
    Result,
    Snapshot,
    Weights,
    Welcome,
)
from walker_rl.experiments.distributed.wire.reverb_client import NoTableError
from walker_rl.experiments.distributed.wire.server import MAX_BLOCKS, start_server
from walker_rl.experiments.distributed.wire.trust import TRUSTED

NOTICE = Notice({0: 1_000, 3: 234}, 2, True, 5_000, {"a": Welcome(3, 1, 400)})


def received(inbox, number):
    return [inbox.get(timeout=60) for _ in range(number)]


@pytest.mark.parametrize("message", [NOTICE, Experiment("0.1.0", {"agent": {"sizes": [16, 16], "tau": 0.005}})])
def test_a_board_shows_what_was_last_put_on_it(channel, message):
    channel.send(message)
    assert channel.read(type(message)) == message
    assert channel.read(type(message)) == message
    if isinstance(message, Notice):
        other = Notice({0: 2_000}, 1, False, 5_000, {})
        channel.send(other)
        assert channel.read(Notice) == other


def test_arrays_arrive_bit_for_bit(channel):
    array = np.random.default_rng(0).standard_normal(70_000).astype(np.float32)
    channel.send(Weights(array, 7))
    weights = channel.read(Weights)
    assert weights.learner_steps == 7
    np.testing.assert_array_equal(weights.array, array)
    channel.send(Snapshot(array, 10_000, 8, 12.5, None))
    snapshot = channel.read(Snapshot)
    assert (snapshot.actor_steps, snapshot.learner_steps, snapshot.walltime, snapshot.is_last) == (
        10_000,
        8,
        12.5,
        False,
    )
    np.testing.assert_array_equal(snapshot.array, array)


def test_a_queue_gives_each_message_once_and_in_order(channel):
    reports = [
        Report(f"token {index}", index, 10 * index, [{"actor_steps": index, "episode_return": 0.1 * index}])
        for index in range(20)
    ]
    for report in reports[:5]:
        channel.send(report)
    inbox = channel.subscribe(Report, 4)
    for report in reports[5:]:
        channel.send(report)
    arrived = received(inbox, 20)
    assert arrived == reports
    assert [repr(report.episodes) for report in arrived] == [repr(report.episodes) for report in reports]
    assert inbox.get() is None
    assert inbox.get(timeout=0.1) is None


def test_a_result_keeps_its_numbers(channel):
    result = Result("evaluation", 10_000, 5_000, 61.25, (0.1, 1e-300, -3.5), (1000, 17, 3), (False, True, True), 0.125)
    inbox = channel.subscribe(Result, 4)
    channel.send(result)
    arrived = inbox.get(timeout=60)
    assert tuple(arrived.episode_returns) == result.episode_returns
    assert tuple(arrived.episode_lengths) == result.episode_lengths
    assert tuple(arrived.episode_falls) == result.episode_falls


def test_a_board_without_a_message_is_waited_for(channel):
    messages = []
    reader = threading.Thread(target=lambda: messages.append(channel.read(Notice)), daemon=True)
    reader.start()
    time.sleep(0.2)
    assert reader.is_alive() and not messages
    channel.send(NOTICE)
    reader.join(timeout=60)
    assert messages == [NOTICE]


def test_another_runs_server_is_never_spoken_to(server):
    stranger = Channel(f"localhost:{server.port}", "another run")
    with pytest.raises(NoTableError, match=r"^notice-another run$"):
        stranger.send(NOTICE)
    with pytest.raises(NoTableError, match=r"^notice-another run$"):
        stranger.read(Notice)
    with pytest.raises(UserError, match=f"^run_id = another run: must be that of the run at localhost:{server.port}$"):
        take_part(stranger)


@pytest.mark.slow
def test_a_server_that_becomes_another_runs_is_recognised(server, channel, tmp_path):
    """By a client that knows the tables which are gone."""
    stream = channel.stream_rows()
    stream.insert(np.zeros((32, 3), np.float32), np.array(32))
    channel.send(NOTICE)
    server.stop()
    other = start_server("another run", server.port, tmp_path)
    try:
        with pytest.raises(NoTableError, match=r"^notice-"):
            channel.read(Notice)
        with pytest.raises(NoTableError, match=r"^notice-"):
            channel.send(NOTICE)
        with pytest.raises(NoTableError, match=r"^transitions-"):
            for _ in range(2):  # The first block is in flight while its table turns out to be gone.
                stream.insert(np.zeros((32, 3), np.float32), np.array(32))
        with pytest.raises(NoTableError, match=r"^transitions-"):
            stream.finish()
    finally:
        stream.close()
        other.stop()


def test_a_run_of_another_version_is_refused(channel):
    channel.send(Experiment("0.0.9", {}))
    with pytest.raises(UserError, match=f"^version = {__version__}: must be 0.0.9, the run's version$"):
        take_part(channel)


def test_a_proxy_is_not_asked_for_a_server(server):
    code = (
        "from walker_rl.runtime import set_environment\n"
        "from walker_rl.experiments.distributed.wire.reverb_client import ReverbClient\n"
        "set_environment()\n"
        f"assert ReverbClient('localhost:{server.port}').describe_tables(timeout=60)"
    )
    proxy = dict.fromkeys(("http_proxy", "https_proxy", "grpc_proxy"), "http://localhost:1")
    without = {name: value for name, value in os.environ.items() if name not in ("no_proxy", "no_grpc_proxy")}
    subprocess.run([sys.executable, "-c", code], env=without | proxy, check=True)


def test_a_run_whose_task_imports_a_module_is_joined_only_by_who_trusts_it(channel, monkeypatch):
    config = load_config(AGENT, overrides=["task=os:getcwd"])
    channel.send(Experiment(__version__, to_dict(config), protocol()))
    with pytest.raises(UserError, match=r"^task = os:getcwd: must be allowed on this machine to import os, by --task "):
        take_part(channel)
    monkeypatch.setenv(TRUSTED, "other:task")
    with pytest.raises(UserError, match=r"^task = os:getcwd: must be allowed"):
        take_part(channel)
    monkeypatch.setenv(TRUSTED, "os:getcwd")
    assert take_part(channel) == config


@pytest.mark.parametrize("fields", [{}, {"protocol": "0123456789ab"}, {"protocol": "0123456789ab", "more": [1]}])
def test_a_run_of_another_protocol_is_refused_whatever_else_it_says(channel, fields):
    """Of the same version of the program, as two checkouts may have it."""
    text = json.dumps({"version": __version__, "config": {"agent": 5}, **fields})
    channel._client.insert(f"experiment-{channel.run_id}", [np.frombuffer(text.encode(), np.uint8)])
    theirs = fields.get("protocol", "an older one")
    line = f"protocol = {protocol()}: must be {theirs}, the run's protocol; check out the run's commit"
    with pytest.raises(UserError, match=f"^{line}$"):
        take_part(channel)


def test_blocks_arrive_in_order_and_who_sends_waits_for_who_reads(channel):
    blocks = [np.full((3, 52), index, np.float32) for index in range(30)]
    counts = [1 + index % 3 for index in range(30)]
    sent = []

    def send():
        writer = channel.stream_rows()
        for block, count in zip(blocks, counts, strict=True):
            writer.insert(block, np.array(count))
            sent.append(block)
        writer.finish()

    sender = threading.Thread(target=send, daemon=True)
    sender.start()
    wait_until(lambda: len(sent) >= MAX_BLOCKS)
    time.sleep(0.5)
    assert len(sent) <= MAX_BLOCKS + MAX_BLOCKS_IN_FLIGHT
    arrived = received(channel.subscribe_to_rows(52, 2), 30)
    sender.join(timeout=60)
    for rows, block, count in zip(arrived, blocks, counts, strict=True):
        np.testing.assert_array_equal(rows, block[:count])

"""Joining a run: refusals before and after it is found, and the policy that an actor receives."""

import dataclasses
import io
from concurrent.futures import ThreadPoolExecutor

import pytest
import reverb

from tests.tiny import AGENT, run_command
from walker_rl import __version__
from walker_rl.errors import UserError
from walker_rl.experiments.config import to_dict
from walker_rl.experiments.config_loading import load_config
from walker_rl.experiments.distributed.wire.codec import protocol
from walker_rl.experiments.distributed.wire.membership import MUST_BE, find_run, introduction, prior_policy_at
from walker_rl.experiments.distributed.wire.messages import Experiment
from walker_rl.experiments.distributed.wire.ports import free_port
from walker_rl.experiments.prior import parse_prior_policy
from walker_rl.experiments.run.creation import create_run_directory
from walker_rl.pretrained import find_pretrained


def test_an_address_at_which_nobody_answers_is_refused():
    address = f"localhost:{free_port()}"
    with pytest.raises(UserError) as caught:
        find_run(address, 0.0)
    assert str(caught.value) == f"join = {address}: {MUST_BE}; no run answers there"


def test_a_reverb_server_that_is_no_runs_is_refused():
    server = reverb.Server([reverb.Table.queue("experience", 10)], port=free_port())
    try:
        with pytest.raises(UserError) as caught:
            find_run(f"localhost:{server.port}", 300.0)
    finally:
        server.stop()
    assert str(caught.value) == f"join = localhost:{server.port}: {MUST_BE}; this is another Reverb server"


def test_a_run_directory_that_is_refused_is_not_touched(channel, tmp_path):
    config = load_config(AGENT)
    run = create_run_directory(tmp_path / "run", config, "launch").path
    before = sorted(run.rglob("*"))
    channel.send(Experiment(__version__, to_dict(config), protocol()))
    result = run_command("launch", AGENT, "--role", "actors", "--join", channel.address, "--run-dir", run)
    message = f"run_dir = {run}: must not be a run's; actors that join leave nothing but logs"
    assert (result.returncode, result.stderr) == (2, f"error: {message}\n")
    assert sorted(run.rglob("*")) == before


def test_an_actor_receives_the_policy_that_it_plays_first(channel):
    contents = find_pretrained("gait").path.read_bytes()
    config = load_config(AGENT, overrides=["agent.prior.policy=gait"])
    message_of_run = introduction(config, parse_prior_policy(io.BytesIO(contents), "gait"))
    for broken in ("", "abc", "bm9uZQ=="):  # A foreign sender's.
        channel.send(dataclasses.replace(message_of_run, prior_policy=broken))
        with ThreadPoolExecutor() as pool:
            received = pool.submit(prior_policy_at, channel, config)
            channel.send(message_of_run)
            assert received.result(60).contents == contents
    assert prior_policy_at(channel, load_config(AGENT)) is None

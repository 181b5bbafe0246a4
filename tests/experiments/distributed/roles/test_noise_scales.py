"""Actors of a run, and the noise of each: a real one plays for a central process that the test speaks for."""

import threading

import numpy as np
import pytest

from tests.fakes import random_variables
from tests.tiny import AGENT, TINY_AGENT
from walker_rl.errors import RunError
from walker_rl.experiments.config_loading import load_config
from walker_rl.experiments.distributed.roles.actor import ActorNode
from walker_rl.experiments.distributed.wire.membership import introduction
from walker_rl.experiments.distributed.wire.messages import Notice, Report, Weights, Welcome
from walker_rl.experiments.parts import builder_of
from walker_rl.experiments.prior import read_prior_policy
from walker_rl.policies.numpy_policy import NumpyPolicy
from walker_rl.policies.policy_file import SavedPolicy, save_policy

OVERRIDES = (
    *TINY_AGENT,
    "task=Pendulum-v1",
    "agent.num_random_steps=0",
    "agent.n_step=1",
    "distributed.noise_scales=[1,0]",
)


@pytest.mark.parametrize(("index", "has_noise"), [(0, True), (1, False), (3, False)])
def test_the_scales_go_to_the_actors_in_turn(channel, index, has_noise):
    assert explores(channel, load_config(AGENT, (), OVERRIDES), index) == has_noise


@pytest.mark.parametrize(("index", "has_noise"), [(0, True), (1, False), (3, False), (4, True)])
def test_the_sigmas_of_a_prior_begin_later_with_each_actor(channel, tmp_path, index, has_noise):
    architecture = builder_of(load_config(AGENT, (), OVERRIDES)).architecture
    saved = SavedPolicy(AGENT, "Pendulum-v1", 0, architecture, random_variables(architecture))
    save_policy(tmp_path / "prior.npz", saved)
    prior = (f"agent.prior.policy={tmp_path / 'prior.npz'}", "agent.prior.sigmas=[0,0.3]")
    assert explores(channel, load_config(AGENT, (), (*OVERRIDES, *prior)), index) == has_noise


def test_an_actor_ends_once_another_has_its_index(channel):
    config = load_config(AGENT, (), OVERRIDES)
    publish(channel, config, random_variables(builder_of(config).architecture))
    reports, blocks = channel.subscribe(Report, 4), channel.subscribe_to_rows(builder_of(config).layout.row_size, 4)
    failures = []

    def play():
        try:
            ActorNode(channel.address, channel.run_id, 2).run(lambda: False)
        except RunError as error:
            failures.append(str(error))

    player = threading.Thread(target=play, daemon=True)
    player.start()
    token = reports.get(timeout=60).token
    welcomes = {token: Welcome(2, 0, 0)}
    channel.send(Notice({}, 1, 1, False, welcomes, replaced=("another",)))
    blocks.get(timeout=60)
    assert player.is_alive()
    channel.send(Notice({}, 1, 1, False, welcomes, replaced=("another", token)))
    while player.is_alive():
        blocks.get(timeout=0.1)
    assert failures == ["another process plays actor 2 now"]


def publish(channel, config, variables):
    """Sends the introduction and the weights, as a central process does."""
    channel.send(introduction(config, read_prior_policy(config)))
    channel.send(Weights(np.concatenate([*map(np.ravel, variables.values())]), 0))


def explores(channel, config, index):
    """True if an actor's first actions differ from those of the learner's policy, which a prior here is equal to."""
    builder = builder_of(config)
    policy, variables = NumpyPolicy(builder.architecture), random_variables(builder.architecture)
    policy.update(variables)
    publish(channel, config, variables)
    reports, blocks = channel.subscribe(Report, 4), channel.subscribe_to_rows(builder.layout.row_size, 4)

    def play():
        ActorNode(channel.address, channel.run_id, index).run(lambda: False)

    player = threading.Thread(target=play, daemon=True)
    player.start()
    token = reports.get(timeout=60).token
    welcomes = {token: Welcome(index, 0, 0)}
    channel.send(Notice({}, 1, 1, False, welcomes))
    played = builder.layout.unpack(blocks.get(timeout=60))
    channel.send(Notice({}, 1, 1, True, welcomes))
    while player.is_alive():
        blocks.get(timeout=0.1)
    of_network = np.stack([policy.action(observation) for observation in played.observation])
    return bool((played.action != of_network).any())

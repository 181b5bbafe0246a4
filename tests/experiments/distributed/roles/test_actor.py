"""Actors of a run: a real one plays for a central process that the test speaks for."""

import threading
import time

import numpy as np
import pytest

from tests.fakes import random_variables
from tests.tiny import AGENT, TINY_AGENT, wait_until
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


class Playing:
    """An actor in a thread; it plays until the run is over or it fails."""

    def __init__(self, channel, config, index):
        self._channel, self._index = channel, index
        self._blocks = channel.subscribe_to_rows(builder_of(config).layout.row_size, 4)
        self.failure = None
        reports = channel.subscribe(Report, 4)
        self._thread = threading.Thread(target=self._play, daemon=True)
        self._thread.start()
        self.token = reports.get(timeout=60).token

    def notify(self, *, is_over=False, max_actor_steps=10_000, **fields):
        welcomes = {self.token: Welcome(self._index, 0, 0)}
        self._channel.send(Notice({}, 1, is_over, max_actor_steps, welcomes, **fields))

    def next_block(self):
        return self._blocks.get(timeout=60)

    def finish(self):
        while self._thread.is_alive():
            self._blocks.get(timeout=0.1)

    def _play(self):
        try:
            ActorNode(self._channel.address, self._channel.run_id, self._index).run(lambda: False)
        except RunError as error:
            self.failure = str(error)


def test_an_actor_ends_once_another_has_its_index(channel):
    """And its countdown, which would end this process."""
    config = load_config(AGENT, (), (*OVERRIDES, "distributed.patience=5"))
    publish(channel, config, random_variables(builder_of(config).architecture))
    actor = Playing(channel, config, index=2)
    actor.notify(replaced=("another",))
    actor.next_block()
    assert actor.failure is None
    actor.notify(replaced=("another", actor.token))
    actor.finish()
    assert actor.failure == "another process plays actor 2 now"
    time.sleep(7)


def test_an_actor_plays_on_if_the_run_is_lengthened(channel):
    config = load_config(AGENT, (), (*OVERRIDES, "max_actor_steps=100"))
    publish(channel, config, random_variables(builder_of(config).architecture))
    actor = Playing(channel, config, index=0)
    actor.notify(max_actor_steps=1_000)
    num_steps = 0
    while num_steps <= 100:
        num_steps += len(actor.next_block())
    actor.notify(is_over=True)
    actor.finish()


def test_an_actor_fetches_weights_that_change_without_an_update(channel):
    """As the normaliser's do while PPO's statistics are primed."""
    config = load_config(AGENT, (), (*OVERRIDES, "distributed.exchange_period=0.05", "agent.sigma=0"))
    builder = builder_of(config)
    first, second = random_variables(builder.architecture), random_variables(builder.architecture, seed=1)
    publish(channel, config, first)
    actor = Playing(channel, config, index=0)
    actor.notify(weights_digest=1)
    actor.next_block()
    publish(channel, config, second)
    actor.notify(weights_digest=2)
    policy = NumpyPolicy(builder.architecture)
    policy.update(second)

    def plays_second():
        played = builder.layout.unpack(actor.next_block())
        return np.array_equal(played.action[-1], policy.action(played.observation[-1]))

    wait_until(plays_second)
    actor.notify(is_over=True)
    actor.finish()


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
    actor = Playing(channel, config, index)
    actor.notify()
    played = builder.layout.unpack(actor.next_block())
    actor.notify(is_over=True)
    actor.finish()
    of_network = np.stack([policy.action(observation) for observation in played.observation])
    return bool((played.action != of_network).any())

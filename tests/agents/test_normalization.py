"""Normalised observations: whose statistics they are, that scales do not matter, and that runs save them."""

import contextlib
import functools

import numpy as np
import pytest

from tests.agents import learners
from tests.agents.test_learning import Batches, assert_equal
from tests.tiny import AGENT, tiny_agent
from walker_rl.agents import agent_names, config_class
from walker_rl.agents.config import NetworkConfig
from walker_rl.experiments.config_loading import load_config
from walker_rl.experiments.learner_loop import LearnerLoop
from walker_rl.experiments.parts import make_parts
from walker_rl.policies.policy_file import SavedPolicy, load_policy, save_policy

WITH_NETWORKS = [
    pytest.param(name, marks=() if name in (AGENT, "ppo") else pytest.mark.slow)
    for name in agent_names()
    if issubclass(config_class(name), NetworkConfig)
]
SCALE = np.float32([1e3, 1e-2, 1, 7, 50])
BATCHES = learners.random_batches(5)


@functools.cache
def traced(agent):
    """A learner that normalises, its dataset and its first state."""
    config = learners.make_config(agent, normalize_observations=True, evaluated_tau=0.25)
    networks, dataset = learners.make_networks(agent, config), Batches()
    learner = learners.agents.make_builder(agent, config, learners.SPEC).make_learner(networks, dataset, seed=0)
    return learner, dataset, learner.save()


def reuse(agent, batches):
    learner, dataset, first_state = traced(agent)
    dataset.clear()
    dataset.extend(map(learners.packed, batches))
    learner.restore(first_state)
    return learner


def scaled(batch):
    observations = (SCALE * each + 3 * SCALE for each in (batch.observation, batch.next_observation))
    return batch._replace(**dict(zip(("observation", "next_observation"), observations, strict=True)))


@pytest.mark.parametrize("agent", learners.OFF_POLICY)
def test_statistics_are_those_of_all_batches_and_come_with_the_weights(agent):
    learner = reuse(agent, map(scaled, BATCHES))
    for _ in BATCHES:
        learner.step()
    observations = np.concatenate([scaled(batch).observation for batch in BATCHES]).astype(np.float64)
    for variables in learner.get_variables(["policy", "evaluated_policy"]):
        np.testing.assert_allclose(variables["normalizer/mean"], observations.mean(axis=0), rtol=1e-5)
        np.testing.assert_allclose(variables["normalizer/scale"], 1 / observations.std(axis=0), rtol=1e-4)
    online, evaluated = learner.get_variables(["policy", "evaluated_policy"])
    assert not np.array_equal(online["mean/w"], evaluated["mean/w"])


@pytest.mark.parametrize("agent", learners.OFF_POLICY)
def test_the_scale_of_observations_does_not_matter(agent):
    """To none of the networks, targets included."""
    metrics = []
    for batches in (BATCHES, map(scaled, BATCHES)):
        learner = reuse(agent, batches)
        metrics.append([learner.step() for _ in BATCHES])
    for plain, other in zip(*metrics, strict=True):
        for name, value in plain.items():
            np.testing.assert_allclose(other[name], value, rtol=2e-2, atol=1e-3, err_msg=name)


@pytest.mark.parametrize("agent", learners.OFF_POLICY)
def test_a_restored_learner_goes_on_bit_for_bit(agent):
    learner = reuse(agent, BATCHES)
    for _ in range(3):
        learner.step()
    saved = learner.save()
    expected = [learner.step() for _ in range(2)], learner.save()
    learner = reuse(agent, BATCHES[3:])
    learner.restore(saved)
    assert [learner.step() for _ in range(2)] == expected[0]
    assert_equal(learner.save(), expected[1])


@pytest.mark.parametrize("agent", WITH_NETWORKS)
def test_a_short_run_acts_by_its_statistics_and_saves_them(agent, tmp_path):
    overrides = ("task=Pendulum-v1", *tiny_agent(agent), "agent.normalize_observations=true")
    config = load_config(agent, (), overrides)
    with contextlib.closing(make_parts(config)) as parts:
        updates, learner = LearnerLoop(parts.learner_side, 1, lambda metrics: None), parts.learner_side.learner
        for step in range(420):
            loop = parts.loops[step % len(parts.loops)]
            loop.step()
            while updates.step():
                loop.actor.update()
        (variables,) = learner.get_variables(["evaluated_policy"])
    assert (variables["normalizer/scale"] != 1).all()
    saved = SavedPolicy(agent, config.task, 420, parts.learner_side.builder.architecture, variables)
    save_policy(tmp_path / "policy.npz", saved)
    loaded = load_policy(tmp_path / "policy.npz")
    observations = np.random.default_rng(0).normal(size=(8, 3)).astype(np.float32)
    np.testing.assert_array_equal(loaded.make_policy().action(observations), saved.make_policy().action(observations))
    normalised = (observations - variables["normalizer/mean"]) * variables["normalizer/scale"]
    plain = {**variables, "normalizer/mean": np.zeros(3), "normalizer/scale": np.ones(3)}
    policy = saved.architecture.make_policy()
    policy.update(plain)
    np.testing.assert_allclose(policy.action(normalised), loaded.make_policy().action(observations), atol=1e-6)

"""One conformance test of all agents: every part is made on the real task, and they fit together."""

import dataclasses
from collections.abc import Iterator

import numpy as np
import pytest

from tests.stacks import acme_stack
from walker_rl.agents import agent_names, config_class, make_builder
from walker_rl.agents.builder import Builder
from walker_rl.agents.config import NoiseConfig, OffPolicyConfig
from walker_rl.environments import Environment, make_environment
from walker_rl.interfaces import EnvironmentSpec
from walker_rl.schedules import Linear

SMALL = {"policy_hidden_sizes": (16, 16), "critic_hidden_sizes": (16, 16), "batch_size": 8}
SMALL_REPLAY = {"samples_per_insert": 8.0, "min_replay_size": 10, "max_replay_size": 1_000, "num_random_steps": 5}

OFF_POLICY = [name for name in agent_names() if issubclass(config_class(name), OffPolicyConfig)]


@pytest.fixture(scope="module")
def environment() -> Iterator[Environment]:
    environment = make_environment("Walker2DBulletEnv-v0", seed=0)
    yield environment
    environment.close()


def builder_of(agent_name: str, environment: Environment, **overrides) -> Builder:
    small = {**SMALL, **(SMALL_REPLAY if agent_name in OFF_POLICY else {})}
    config = dataclasses.replace(config_class(agent_name)(), **{**small, **overrides})
    spec = EnvironmentSpec(
        environment.observation_spec(),
        environment.action_spec(),
        environment.reward_spec(),
        environment.discount_spec(),
    )
    return make_builder(agent_name, config, spec)


@pytest.mark.parametrize("home", ["arrays", pytest.param("reverb", marks=acme_stack)])
@pytest.mark.parametrize("agent_name", OFF_POLICY)
def test_the_parts_of_an_agent_play_and_learn(agent_name, home, environment):
    builder = builder_of(agent_name, environment)
    replay = builder.make_replay(home, seed=1)
    networks = builder.make_networks(seed=2)
    learner = builder.make_learner(networks, builder.make_dataset(replay), seed=3)
    policy = builder.make_policy(seed=4)
    actor = builder.make_actor(policy, builder.make_adder(replay), learner, seed=5)

    actor_steps = 0
    while actor_steps < 20:
        timestep = environment.reset()
        actor.observe_first(timestep)
        while not timestep.last():
            action = actor.select_action(timestep.observation)
            builder.spec.actions.validate(action)
            timestep = environment.step(action)
            actor.observe(action, timestep)
            actor_steps += 1
    assert replay.num_inserted == actor_steps
    assert builder.steps_due(replay, learner.learner_steps) == actor_steps - 10

    before = learner.get_variables(["policy"])[0]
    for _ in range(2):
        assert np.isfinite(float(learner.step()["critic_loss"]))
    actor.update()
    after = learner.get_variables(["policy"])[0]
    assert after.keys() == networks.architecture.variable_shapes().keys()
    assert any((after[name] != before[name]).any() for name in after)
    replay.close()


@pytest.mark.parametrize("agent_name", OFF_POLICY)
def test_networks_and_behaviour_follow_from_their_seeds(agent_name, environment):
    builder = builder_of(agent_name, environment)
    observation = np.ones(builder.spec.observations.shape, np.float32)

    def variables_and_action(network_seed: int, policy_seed: int):
        networks = builder.make_networks(network_seed)
        learner = builder.make_learner(networks, iter(()), seed=0)
        policy = builder.make_policy(policy_seed)
        policy.update(learner.get_variables(["policy"])[0])
        return learner.get_variables(["policy"])[0]["hidden_0/w"], policy.action(observation, 0)

    weights, action = variables_and_action(0, 0)
    for same_network, same_policy in [(True, True), (True, False), (False, True)]:
        other_weights, other_action = variables_and_action(0 if same_network else 1, 0 if same_policy else 1)
        assert np.array_equal(weights, other_weights) == same_network
        assert np.array_equal(action, other_action) == (same_network and same_policy)


@pytest.mark.parametrize("agent_name", [name for name in agent_names() if issubclass(config_class(name), NoiseConfig)])
def test_a_deterministic_policy_takes_the_noise_it_is_told(environment, agent_name):
    """Only Ornstein-Uhlenbeck noise remembers: it has a level to save. A schedule to zero ends either."""
    observation = np.zeros(22, np.float32)
    for noise, has_level in [("gaussian", False), ("ornstein_uhlenbeck", True)]:
        policy = builder_of(agent_name, environment, noise=noise, sigma=Linear(0.15, 0.0, 0, 100)).make_policy(seed=0)
        assert ("level" in policy.save()) == has_level
        assert (policy.action(observation, 50) != 0).all()
        np.testing.assert_array_equal(policy.action(observation, 100), np.zeros(6))


@pytest.mark.parametrize("agent_name", OFF_POLICY)
def test_the_scale_of_the_noise_multiplies_it(environment, agent_name):
    """Near zero, where no action is clipped: a policy of zero weights, and little noise."""
    little = {"sigma": 0.001} if hasattr(config_class(agent_name)(), "sigma") else {"init_stddev": 0.001}
    builder = builder_of(agent_name, environment, **little)
    zeros = {name: np.zeros(shape, np.float32) for name, shape in builder.architecture.variable_shapes().items()}
    actions = []
    for scale in (1.0, 2.0, 0.5):
        policy = builder.make_policy(seed=0, noise_scale=scale)
        policy.update(zeros)
        actions.append(policy.action(np.zeros(22, np.float32), actor_steps=0))
    assert (actions[0] != 0).all()
    np.testing.assert_allclose(actions[1], 2 * actions[0], rtol=1e-5)
    np.testing.assert_allclose(actions[2], 0.5 * actions[0], rtol=1e-5)

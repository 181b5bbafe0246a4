"""An agent's settings reach the adder, the actor and the noise that its builder makes."""

from typing import Any

import numpy as np
import pytest
from dm_env import specs

from tests.agents.learners import OFF_POLICY
from tests.fakes import ACTION_SIZE, OBSERVATION_SIZE, FixedVariables, RecordingReplay, action, episode, observation
from walker_rl.agents import config_class, make_builder
from walker_rl.agents.builder import Builder
from walker_rl.agents.config import NoiseConfig, PriorConfig
from walker_rl.agents.policies import BehaviourPolicy
from walker_rl.interfaces import EnvironmentSpec
from walker_rl.types import Variables

SPEC = EnvironmentSpec(
    observations=specs.Array((OBSERVATION_SIZE,), np.float32),
    actions=specs.BoundedArray((ACTION_SIZE,), np.float32, -1.0, 1.0),
    rewards=specs.Array((), np.float32),
    discounts=specs.BoundedArray((), np.float32, 0.0, 1.0),
)


class RecordingRows:
    """Keeps all that an adder inserts."""

    def __init__(self) -> None:
        self.rows: list[np.ndarray] = []

    def insert(self, rows: np.ndarray) -> None:
        self.rows += list(rows.copy())


def builder_of(agent_name: str, **settings) -> Builder:
    return make_builder(agent_name, config_class(agent_name)(policy_hidden_sizes=(8,), **settings), SPEC)


def centred(builder: Builder, **options) -> tuple[BehaviourPolicy, Variables]:
    """A policy whose actions are its noise alone, and its weights."""
    weights = {name: np.zeros(shape, np.float32) for name, shape in builder.architecture.variable_shapes().items()}
    policy = builder.make_policy(seed=0, **options)
    policy.update(weights)
    return policy, weights


def record(adder, *rewards: float) -> None:
    """Adds an episode that terminates."""
    first, *others = episode(rewards, terminated=True)
    adder.add_first(first)
    for index, timestep in enumerate(others):
        adder.add(action(index), timestep)


@pytest.mark.parametrize("agent_name", OFF_POLICY)
def test_transitions_have_the_agents_steps_and_discount(agent_name):
    replay = RecordingReplay()
    record(builder_of(agent_name, n_step=2, discount=0.5).make_adder(replay), 1.0, 2.0, 4.0)
    assert [float(transition.reward) for transition in replay.transitions] == [2.0, 4.0, 4.0]
    assert [float(transition.discount) for transition in replay.transitions] == [0.25, 0.0, 0.0]


def test_segments_have_the_agents_length_and_discount():
    builder, replay = builder_of("ppo", unroll_length=3, discount=0.5), RecordingRows()
    policy, weights = centred(builder)
    actor = builder.make_actor(policy, builder.make_adder(replay), FixedVariables(weights), seed=0)
    first, *others = episode([1.0, 2.0, 4.0], terminated=True)
    actor.observe_first(first)
    for timestep in others:
        actor.observe(actor.select_action(observation(0)), timestep)
    (segment,) = map(builder.layout.unpack, replay.rows)
    np.testing.assert_array_equal(segment.discount, [0.5, 0.5, 0.0])
    np.testing.assert_array_equal(segment.return_so_far, [1.0, 2.5, 5.25])


@pytest.mark.parametrize("prior", [PriorConfig(), PriorConfig(policy="gait", num_steps=4)], ids=["alone", "prior"])
@pytest.mark.parametrize("agent_name", OFF_POLICY)
def test_random_actions_come_at_the_start_or_after_the_prior(agent_name, prior):
    builder = builder_of(agent_name, num_random_steps=3, prior=prior)
    policy, weights = centred(builder, noise_scale=0.0)
    actor = builder.make_actor(policy, builder.make_adder(RecordingReplay()), FixedVariables(weights), seed=1)
    first, *others = episode([0.0] * 9, terminated=True)
    actor.observe_first(first)
    are_random = []
    for timestep in others:
        chosen = actor.select_action(observation(0))
        are_random.append(bool(chosen.any()))
        actor.observe(chosen, timestep)
    begin = 4 if prior.is_given else 0
    assert are_random == [index in range(begin, begin + 3) for index in range(9)]


def settings_of_noise(agent_name: str) -> dict[str, Any]:
    """Noise of 0.8 between consecutive steps, too little to be clipped."""
    if issubclass(config_class(agent_name), NoiseConfig):
        return {"noise": "ornstein_uhlenbeck", "theta": 0.2, "sigma": 0.001}
    return {"noise_correlation": 0.8, "init_stddev": 0.001}


@pytest.mark.parametrize("agent_name", [*OFF_POLICY, "ppo"])
def test_noise_is_correlated_as_told(agent_name):
    if agent_name == "ppo":
        policy, _ = centred(builder_of(agent_name, noise_correlation=0.8))
        noise = np.stack([policy.sample(observation(0))[0] for _ in range(4_000)])
    else:
        policy, _ = centred(builder_of(agent_name, **settings_of_noise(agent_name)))
        noise = np.stack([policy.action(observation(0), 0) for _ in range(4_000)])
    correlation = (noise[1:] * noise[:-1]).mean() / np.square(noise).mean()
    np.testing.assert_allclose(correlation, 0.8, atol=0.03)

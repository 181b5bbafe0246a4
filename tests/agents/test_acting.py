"""The off-policy actor, with a real policy and a real replay."""

import numpy as np
import pytest

from tests.fakes import (
    ACTION_SIZE,
    LAYOUT,
    OBSERVATION_SIZE,
    FixedVariables,
    assert_equal_trees,
    observation,
    random_variables,
)
from tests.fakes import episode as make_episode
from walker_rl.agents.exploration import OrnsteinUhlenbeckNoise
from walker_rl.agents.off_policy_acting import OffPolicyActor
from walker_rl.agents.policies import NoisyPolicy
from walker_rl.policies.numpy_policy import NumpyPolicy, PolicyArchitecture
from walker_rl.policies.torso import TorsoSpec
from walker_rl.replay.arrays import ArrayReplay
from walker_rl.replay.n_step import NStepAdder
from walker_rl.schedules import Linear, Schedule
from walker_rl.types import State

ARCHITECTURE = PolicyArchitecture(
    OBSERVATION_SIZE, ACTION_SIZE, torso=TorsoSpec((16,), layer_norm=True, activation="relu"), head="tanh"
)
VARIABLES = random_variables(ARCHITECTURE)


class Parts:
    """An actor, and the replay that it fills."""

    def __init__(self, num_random_steps: int = 6, seed: int = 0, sigma: Schedule = 0.2):
        self.replay = ArrayReplay(LAYOUT.row_size, 50, seed=0)
        policy = NoisyPolicy(ARCHITECTURE, OrnsteinUhlenbeckNoise(ACTION_SIZE, 0.15, seed), sigma, noise_scale=1.0)
        adder = NStepAdder(self.replay, LAYOUT, 3, 0.9)
        self.source = FixedVariables(VARIABLES)
        self.actor = OffPolicyActor(policy, adder, self.source, ACTION_SIZE, range(num_random_steps), seed)

    def play(self, timesteps) -> list[np.ndarray]:
        """Acts at each timestep but the last, as an environment loop does."""
        actions = []
        for timestep in timesteps:
            if timestep.first():
                self.actor.observe_first(timestep)
            else:
                self.actor.observe(self.action, timestep)
            if not timestep.last():
                self.action = self.actor.select_action(timestep.observation)
                actions.append(self.action)
        return actions

    def save(self) -> State:
        return {"actor": self.actor.save(), "replay": self.replay.save()}


def script(num_episodes: int = 4):
    """Episodes of four steps, which alternate between falls and time limits."""
    return [
        timestep for index in range(num_episodes) for timestep in make_episode([1, 2, 3, 4], terminated=index % 2 == 0)
    ]


def test_it_acts_at_random_first_and_then_by_its_policy():
    """Six random actions, in the second episode; without noise the rest are the network's."""
    network = NumpyPolicy(ARCHITECTURE)
    network.update(VARIABLES)
    actions = Parts(num_random_steps=6, sigma=0.0).play(script(3))
    expected = [network.action(observation(step)) for _ in range(3) for step in range(4)]
    assert len(actions) == 12
    for index, (action, of_network) in enumerate(zip(actions, expected, strict=True)):
        assert action.dtype == np.float32
        assert np.array_equal(action, of_network) == (index >= 6)


def test_the_steps_of_all_actors_end_its_random_ones_and_change_its_noise():
    """Noise begins at step 1,000, when other actors have taken most of the steps."""
    parts = Parts(num_random_steps=6, sigma=Linear(0.0, 1.0, 1_000, 1_001))
    parts.actor.update()
    expected = NumpyPolicy(ARCHITECTURE)
    expected.update(VARIABLES)
    for num_inserted, is_expected in ((5, False), (6, True), (1_000, True), (1_001, False), (6, True)):
        parts.actor.set_num_inserted(num_inserted)
        action = parts.actor.select_action(observation(2))
        assert np.array_equal(action, expected.action(observation(2))) == is_expected, num_inserted


def test_random_actions_are_uniform():
    """Mean 0 and variance 1/3, in both dimensions; 8,000 actions."""
    actor = Parts(num_random_steps=10_000).actor
    actions = np.stack([actor.select_action(observation(0)) for _ in range(8_000)])
    assert np.abs(actions).max() <= 1
    np.testing.assert_allclose(actions.mean(axis=0), 0, atol=0.03)
    np.testing.assert_allclose(actions.var(axis=0), 1 / 3, atol=0.01)
    assert abs(np.corrcoef(actions.T)[0, 1]) < 0.05


def test_what_it_does_is_what_is_recorded():
    parts = Parts()
    actions = parts.play(script(4))
    assert parts.replay.num_inserted == 16
    rows = LAYOUT.unpack(parts.replay.save()["rows"])
    np.testing.assert_array_equal(rows.action, actions)
    np.testing.assert_array_equal(rows.discount[3:8] > 0, [False, True, True, True, True])


@pytest.mark.parametrize("cut", [3, 5, 9, 13])
def test_restored_it_goes_on_alike(cut):
    """Cut in the random steps, at an episode's end, in mid-window, and under its noise."""
    straight, before, after = Parts(), Parts(), Parts(seed=8)
    expected = straight.play(script())
    played = before.play(script()[:cut])
    after.play(script()[:2])
    after.actor.restore(before.actor.save())
    after.replay.restore(before.replay.save())
    after.action = before.action
    played += after.play(script()[cut:])
    np.testing.assert_array_equal(played, expected)
    assert_equal_trees(after.save(), straight.save())


def test_weights_come_from_the_variable_source():
    parts = Parts(num_random_steps=0, sigma=0.0)
    before = parts.actor.select_action(observation(2))
    parts.source.variables = random_variables(ARCHITECTURE, seed=1)
    np.testing.assert_array_equal(parts.actor.select_action(observation(2)), before)
    parts.actor.update()
    assert (parts.actor.select_action(observation(2)) != before).any()

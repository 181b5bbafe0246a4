"""The batched walkers, held to `pybullet_envs` bit for bit."""

import hypothesis
import numpy as np
import pytest
from hypothesis import strategies as st
from hypothesis.extra import numpy as numpy_strategies

from walker_rl.environments import find_task
from walker_rl.environments.bullet.batched_locomotion import BatchedLocomotion, is_batchable
from walker_rl.environments.bullet.family import tasks
from walker_rl.environments.bullet.registry import make_gym_environment
from walker_rl.policies.policy_file import load_policy
from walker_rl.pretrained import pretrained_policies
from walker_rl.quiet import quiet

ROBOTS = ("Walker2D", "Hopper", "HalfCheetah", "Ant", "Humanoid")
TRAINED_POLICY = pretrained_policies()[0].path
EPISODE_STEPS = 1_000


class Pair:
    """A stock environment and a batched one of the same robot, stepped side by side."""

    def __init__(self, robot: str):
        task = find_task(f"{robot}BulletEnv-v0")
        self.action_size = task.action_size
        self.stock, self.other = make_gym_environment(task), make_gym_environment(task)
        with quiet():
            self.reset(0)
        self.batched = BatchedLocomotion(self.other)

    def reset(self, seed: int) -> np.ndarray:
        for environment in (self.stock, self.other):
            environment.seed(seed)
        expected, observation = self.stock.reset(), self.other.reset()
        np.testing.assert_array_equal(observation, expected)
        return observation

    def step(self, action: np.ndarray) -> tuple[np.ndarray, bool]:
        expected, expected_reward, expected_end, _ = self.stock.step(action)
        observation, reward, has_ended = self.batched.step(action)
        assert observation.dtype == expected.dtype
        np.testing.assert_array_equal(observation, expected)
        assert (reward, has_ended) == (expected_reward, expected_end)
        assert self.other.rewards == self.stock.rewards
        return observation, has_ended

    def close(self) -> None:
        self.stock.close()
        self.other.close()


@pytest.fixture(scope="module", params=ROBOTS)
def pair(request):
    pair = Pair(request.param)
    yield pair
    pair.close()


def play(pair: Pair, policy, seed: int, max_steps: int = EPISODE_STEPS) -> int:
    """An episode; returns its steps."""
    observation = pair.reset(seed)
    for step in range(max_steps):
        observation, has_ended = pair.step(policy(observation))
        if has_ended:
            return step + 1
    return max_steps


def policies(action_size: int, seed: int) -> list:
    """A random one, and a constant one."""
    random = np.random.default_rng(seed)
    constant = random.uniform(-1, 1, action_size).astype(np.float32)
    return [lambda _: random.uniform(-1, 1, action_size).astype(np.float32), lambda _: constant]


def play_all(pair: Pair, policies: list, num_steps: int) -> None:
    """Episodes of each policy in turn until each has had its share of `num_steps`."""
    for policy in policies:
        seed, steps = 0, 0
        while steps < num_steps / len(policies):
            steps += play(pair, policy, seed)
            seed += 1


def test_random_and_constant_actions(pair):
    play_all(pair, policies(pair.action_size, seed=1), 600)


def test_a_trained_policy_walks_the_same_way():
    pair = Pair("Walker2D")
    play_all(pair, [load_policy(TRAINED_POLICY).make_policy().action], EPISODE_STEPS)
    pair.close()


@pytest.mark.slow
def test_many_steps_of_walker2d():
    pair = Pair("Walker2D")
    trained = load_policy(TRAINED_POLICY).make_policy().action
    play_all(pair, [*policies(pair.action_size, seed=2), trained], 9_000)
    pair.close()


@hypothesis.given(
    seed=st.integers(0, 2**31 - 1),
    actions=st.integers(1, 60).flatmap(
        lambda length: numpy_strategies.arrays(np.float32, (length, 6), elements=st.floats(-1, 1, width=32))
    ),
)
@hypothesis.settings(max_examples=60, deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
def test_any_actions(walker_pair, seed, actions):
    sequence = iter(actions)
    play(walker_pair, lambda _: next(sequence), seed, max_steps=len(actions))


@pytest.fixture(scope="module")
def walker_pair():
    pair = Pair("Walker2D")
    yield pair
    pair.close()


def test_what_the_robot_shows_of_a_step_is_stocks(pair):
    play(pair, policies(pair.action_size, seed=3)[0], seed=5, max_steps=10)
    stock, batched = pair.stock.robot, pair.other.robot
    for name in ("body_xyz", "body_real_xyz", "body_rpy", "joint_speeds", "joints_at_limit", "feet_contact"):
        np.testing.assert_array_equal(getattr(batched, name), getattr(stock, name))
    assert (batched.walk_target_dist, batched.walk_target_theta) == (stock.walk_target_dist, stock.walk_target_theta)
    assert pair.other.potential == pair.stock.potential


def test_robots_that_observe_otherwise_are_left_alone():
    batchable = set()
    for name, task in tasks().items():
        environment = make_gym_environment(task)
        if is_batchable(environment):
            batchable.add(name)
        environment.close()
    assert batchable == {f"{robot}BulletEnv-v0" for robot in ROBOTS}

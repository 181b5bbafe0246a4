"""PyBullet's robots, held to stock gym's."""

import warnings

import gym
import numpy as np
import pytest

from walker_rl.environments import make_environment
from walker_rl.environments.bullet.tasks import PACKAGES
from walker_rl.quiet import quiet


@pytest.mark.parametrize("task", PACKAGES["pybullet_envs"].values(), ids=lambda task: task.name)
def test_a_step_has_the_parts_and_the_seconds_of_its_task(task):
    environment = make_environment(task.name, seed=0)
    environment.reset(2)
    environment.step(np.zeros(task.action_size))
    if task.kind == "locomotion":
        expected = ["alive", "progress", "electricity", "joint_limits", "feet_collision"]
    elif "Double" in task.name:
        expected = ["alive", "distance", "velocity"]
    else:
        expected = ["reward"]
    assert list(environment.reward_parts) == expected
    assert environment.frame_seconds == pytest.approx(0.0165)
    environment.close()


@pytest.mark.parametrize("name", PACKAGES["pybullet_envs"])
def test_stock_gym_agrees_bit_for_bit(name):
    leaves_traces = name == "HumanoidFlagrunHarderBulletEnv-v0"  # Each of its episodes has a new environment.
    environment, stock = make_environment(name, seed=0), make_stock(name, leaves_traces)
    stock.action_space.seed(0)
    needs_reset = True
    for step in range(300):
        if needs_reset or step % 80 == 0:
            if leaves_traces and step:
                stock.close()
                stock = make_stock(name, leaves_traces)
                stock.action_space.seed(step)
            stock.seed(step)
            np.testing.assert_array_equal(np.float32(stock.reset()), environment.reset(step).observation)
        constant = np.full(stock.action_space.shape, 0.3, np.float32)
        action = stock.action_space.sample() if step // 40 % 2 else constant
        observation, reward, needs_reset, _ = stock.step(action)
        timestep = environment.step(action)
        np.testing.assert_array_equal(timestep.observation, np.float32(observation))
        assert timestep.reward == np.float32(reward)
        assert timestep.last() == needs_reset


def make_stock(name, leaves_traces):
    """gym's own, after the throw-away reset; its solver never stops early where ours does not."""
    with quiet(), warnings.catch_warnings():
        stock = gym.make(name, disable_env_checker=True)
        stock.seed(0)
        stock.reset()
    if leaves_traces:
        stock.unwrapped._p.setPhysicsEngineParameter(solverResidualThreshold=0)
    return stock

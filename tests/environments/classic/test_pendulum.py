"""The pendulum: its torque, its names, its picture."""

import numpy as np
import pytest
from gym.envs.classic_control.pendulum import PendulumEnv

from tests.environments.pictures import robot_pixels
from walker_rl.environments import make_environment
from walker_rl.environments.classic.pendulum import draw_rod


def test_actions_are_scaled_to_bounds_that_are_not_one():
    environment = make_environment("Pendulum-v1", seed=0)
    cos, sin, speed = environment.reset(0).observation
    timestep = environment.step(np.ones(1))  # torque 2
    angle = np.arctan2(sin, cos)
    assert timestep.reward == pytest.approx(-(angle**2 + 0.1 * speed**2 + 0.001 * 2**2), rel=1e-5)
    assert timestep.observation[2] == pytest.approx(speed + (15 * np.sin(angle) + 3 * 2) * 0.05, rel=1e-5)


def test_gym_agrees_bit_for_bit():
    environment, stock, random = make_environment("Pendulum-v1", seed=0), PendulumEnv(), np.random.default_rng(0)
    np.testing.assert_array_equal(environment.reset(5).observation, stock.reset(seed=5))
    for _ in range(200):
        action = random.uniform(-1, 1, 1).astype(np.float32)
        observation, reward, *_ = stock.step(2 * action)
        timestep = environment.step(action)
        np.testing.assert_array_equal(timestep.observation, observation)
        assert timestep.reward == np.float32(reward)
    assert timestep.last()


def test_a_step_has_one_reward_and_a_twentieth_of_a_second():
    environment = make_environment("Pendulum-v1", seed=0)
    environment.reset(0)
    environment.step(np.ones(1))
    assert list(environment.reward_parts) == ["reward"]
    assert environment.frame_seconds == pytest.approx(0.05)


def test_it_is_drawn_before_its_first_episode():
    assert make_environment("Pendulum-v1", seed=0).render(64, 48).shape == (48, 64, 3)


def test_the_rod_has_names_and_its_bounds():
    environment = make_environment("Pendulum-v1", seed=0)
    dimensions = environment.dimensions.observation
    assert [(dimension.name, dimension.low, dimension.high) for dimension in dimensions] == [
        ("cosine", -1.0, 1.0),
        ("sine", -1.0, 1.0),
        ("speed", -8.0, 8.0),
    ]
    assert [(one.name, one.unit) for one in environment.dimensions.action] == [("action_0", "of 2 N m")]


def test_the_rod_points_where_its_angle_says():
    for angle, row, column in [(0.0, 20, 50), (np.pi, 80, 50), (np.pi / 2, 50, 20), (-np.pi / 2, 50, 80)]:
        picture = draw_rod(angle, 100, 100)
        assert robot_pixels(picture)[row, column]
        assert not robot_pixels(picture)[100 - row - 1, 100 - column - 1]

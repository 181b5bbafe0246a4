"""What the numbers of an observation are said to mean, against the robot itself."""

import numpy as np
import pytest

from walker_rl.environments import make_environment

WALKERS = ("Hopper", "Walker2D", "HalfCheetah", "Ant", "Humanoid")


@pytest.mark.parametrize("task", WALKERS)
def test_named_numbers_are_those_of_the_robot(task):
    environment = make_environment(f"{task}BulletEnv-v0", seed=0)
    dimensions = environment.dimensions.observation
    names = {dimension.name: index for index, dimension in enumerate(dimensions)}
    assert len(names) == len(dimensions) == environment.task.observation_size
    environment.reset(3)
    random = np.random.default_rng(0)
    for _ in range(5):
        contacts = environment._simulation.robot.feet_contact.copy()  # Those that the next observation has.
        timestep = environment.step(random.uniform(-1, 1, environment.task.action_size))
    robot, observation = environment._simulation.robot, timestep.observation
    roll, pitch, _ = robot.body_rpy
    assert observation[names["pitch"]] == pytest.approx(pitch, abs=1e-5)
    assert observation[names["roll"]] == pytest.approx(roll, abs=1e-5)
    assert observation[names["height"]] == pytest.approx(robot.body_xyz[2] - robot.initial_z, abs=1e-5)
    velocity, yaw = robot.robot_body.speed(), robot.body_rpy[2]
    forward = velocity[0] * np.cos(yaw) + velocity[1] * np.sin(yaw)
    assert observation[names["velocity_forward"]] * 3.33 == pytest.approx(forward, rel=0.01, abs=0.01)
    for joint in robot.ordered_joints:
        position, velocity = joint.get_state()
        middle, half_range = (joint.lowerLimit + joint.upperLimit) / 2, (joint.upperLimit - joint.lowerLimit) / 2
        assert observation[names[f"{joint.joint_name}_angle"]] == pytest.approx(
            (position - middle) / half_range, abs=1e-4
        )
        assert observation[names[f"{joint.joint_name}_speed"]] * 10 == pytest.approx(velocity, abs=1e-3)
    for foot, contact in zip(robot.foot_list, contacts, strict=True):
        assert observation[names[f"{foot}_contact"]] == contact
    assert {dimension.kind for dimension in dimensions} == {"", "angle", "speed", "contact"}
    environment.close()


def test_a_humanoids_joints_differ_in_strength():
    environment = make_environment("HumanoidBulletEnv-v0", seed=0)
    units = {dimension.name: dimension.unit for dimension in environment.dimensions.action}
    assert (units["right_hip_y"], units["right_knee"], units["right_shoulder1"]) == (
        "of 123 N m",
        "of 82 N m",
        "of 31 N m",
    )
    environment.close()


def test_actions_are_shares_of_each_joints_torque():
    environment = make_environment("Walker2DBulletEnv-v0", seed=0)
    dimensions = environment.dimensions.action
    assert [(dimension.name, dimension.unit) for dimension in dimensions[:3]] == [
        ("thigh_joint", "of 40 N m"),
        ("leg_joint", "of 40 N m"),
        ("foot_joint", "of 12 N m"),
    ]
    assert {(dimension.low, dimension.high) for dimension in dimensions} == {(-1.0, 1.0)}
    environment.close()


def test_what_is_not_known_has_a_number():
    environment = make_environment("InvertedPendulumBulletEnv-v0", seed=0)
    assert [dimension.name for dimension in environment.dimensions.observation] == [
        f"observation_{index}" for index in range(5)
    ]
    environment.close()

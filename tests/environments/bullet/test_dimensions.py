"""What the numbers of an observation are said to mean, against the robot itself."""

import numpy as np
import pytest

from tests.environments.bullet.test_pybulletgym import installed
from walker_rl.environments import make_environment

WALKERS = ("Hopper", "Walker2D", "HalfCheetah", "Ant", "Humanoid")
OTHER_WALKERS = (*WALKERS, "HumanoidFlagrun", "HumanoidFlagrunHarder", "Atlas")


@pytest.mark.parametrize(
    "task",
    [
        *(f"{robot}BulletEnv-v0" for robot in WALKERS),
        *(pytest.param(f"{robot}PyBulletEnv-v0", marks=installed) for robot in OTHER_WALKERS),
    ],
)
def test_named_numbers_are_those_of_the_robot(task):
    environment = make_environment(task, seed=0)
    dimensions = environment.dimensions.observation
    names = {dimension.name: index for index, dimension in enumerate(dimensions)}
    assert len(names) == len(dimensions) == environment.task.observation_size
    environment.reset(3)
    random = np.random.default_rng(0)
    for _ in range(5):
        contacts = environment._simulation.robot.feet_contact.copy()  # Those that the next observation has.
        timestep = environment.step(random.uniform(-0.1, 0.1, environment.task.action_size))
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
        speed = names[f"{joint.joint_name}_speed"]
        scale = float(dimensions[speed].unit.removesuffix(" rad/s"))
        assert observation[speed] == pytest.approx(np.clip(velocity / scale, -5, 5), abs=1e-4)
    for foot, contact in zip(robot.foot_list, contacts, strict=True):
        assert observation[names[f"{foot}_contact"]] == contact
    assert {dimension.kind for dimension in dimensions} == {"", "angle", "speed", "contact"}
    environment.close()


@installed
@pytest.mark.parametrize("robot", ["Hopper", "Walker2D", "HalfCheetah", "Ant", "Humanoid"])
def test_numbers_that_mujoco_means_otherwise_have_names_of_their_own(robot):
    environment = make_environment(f"{robot}MuJoCoEnv-v0", seed=0)
    environment.reset(3)
    for _ in range(5):
        timestep = environment.step(np.full(environment.task.action_size, 0.1))
    robot = environment._simulation.robot
    seen = {
        (one.name, one.unit): value
        for one, value in zip(environment.dimensions.observation, timestep.observation, strict=True)
    }
    ways = [joint for joint in robot.ordered_joints if joint.power_coef == 0]
    assert len(ways) in (0, 3)
    for joint in robot.ordered_joints:
        position, velocity = joint.get_state()
        place, unit = ("position", "m") if joint in ways[:2] else ("angle", "rad")
        if joint not in ways[:1]:
            assert seen.pop((f"{joint.joint_name}_{place}", unit)) == pytest.approx(position, abs=1e-5)
        assert seen.pop((f"{joint.joint_name}_speed", f"{unit}/s")) == pytest.approx(
            np.clip(velocity, -10, 10), abs=1e-5
        )
    if not ways:
        pose, (velocity, rotation) = robot.parts["torso"].get_pose(), robot.parts["torso"].get_velocity()
        assert seen.pop(("height", "m")) == pytest.approx(pose[2], abs=1e-5)
        for index, axis in enumerate("xyzw"):
            assert seen.pop((f"quaternion_{axis}", "")) == pytest.approx(pose[3 + index], abs=1e-5)
        for index, axis in enumerate("xyz"):
            assert seen.pop((f"velocity_{axis}", "m/s")) == pytest.approx(velocity[index], abs=1e-5)
            assert seen.pop((f"rotation_{axis}", "rad/s")) == pytest.approx(rotation[index], abs=1e-4)
    assert {(name.rstrip("0123456789"), unit, float(value)) for (name, unit), value in seen.items()} <= {
        ("unused_", "always 0", 0.0)
    }
    environment.close()


@installed
@pytest.mark.parametrize("name", ["HumanoidBulletEnv-v0", "HumanoidPyBulletEnv-v0", "AtlasPyBulletEnv-v0"])
def test_a_height_above_a_fixed_one_says_so(name):
    environment = make_environment(name, seed=0)
    height = environment.dimensions.observation[0]
    assert (height.name, height.unit) == ("height", "m above 1.5 m" if "Atlas" in name else "m above 0.8 m")
    environment.close()


@installed
def test_joints_without_a_motor_have_no_action():
    environment = make_environment("HalfCheetahMuJoCoEnv-v0", seed=0)
    units = {dimension.name: dimension.unit for dimension in environment.dimensions.action}
    assert list(units) == ["bthigh", "bshin", "bfoot", "fthigh", "fshin", "ffoot"]
    assert units["fthigh"] == "of 140 N m"
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

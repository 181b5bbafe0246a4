"""Meaning of the numbers that PyBullet's walkers observe and act with."""

import math
from typing import Any

from walker_rl.environments.bullet.batched_locomotion import motors
from walker_rl.environments.dimensions import Dimension, numbered

_OF_BODY = (
    ("target_sine", "sine of the angle to the target"),
    ("target_cosine", "cosine of the angle to the target"),
    ("velocity_forward", "3.33 m/s"),
    ("velocity_sideways", "3.33 m/s"),
    ("velocity_up", "3.33 m/s"),
    ("roll", "rad"),
    ("pitch", "rad"),
)

_FIXED_HEIGHT = ("Humanoid", "Atlas")
"""Robots whose height is measured from a level that is the same in all episodes."""

_POSE = (("height", "m"), *((f"quaternion_{axis}", "") for axis in "xyzw"))
_MOTION = tuple(
    (f"{name}_{axis}", unit) for name, unit in (("velocity", "m/s"), ("rotation", "rad/s")) for axis in "xyz"
)

_WALKERS = ("robot_locomotors", "pybulletgym.envs.roboschool.robots.locomotors.")
_MUJOCO_WALKERS = "pybulletgym.envs.mujoco.robots.locomotors."
"""Modules of robots that observe as PyBullet's `WalkerBase` does, and of robots that observe as MuJoCo's do."""

_SLIDES = 1
"""PyBullet's type of a prismatic joint, which is no hinge."""

_BOUND, _UNBOUNDED = 5.0, math.inf
"""Bound of a `WalkerBase`'s observations, which are clipped although their spaces do not declare it."""


def observation_dimensions(robot: Any, size: int) -> tuple[Dimension, ...]:
    """Names a robot's observations, after its first reset."""
    module = type(robot).__module__
    if module.startswith(_WALKERS):
        named, bound = _of_walker(robot), _BOUND
    elif module.startswith(_MUJOCO_WALKERS):
        named, bound = _of_mujoco_walker(robot, size), _UNBOUNDED
    else:
        named, bound = [], _UNBOUNDED
    if len(named) != size:
        return numbered("observation", size, -bound, bound)
    return tuple(Dimension(name, unit, -bound, bound, kind) for name, unit, kind in named)


def action_dimensions(robot: Any, size: int) -> tuple[Dimension, ...]:
    """Names the joints that a walker drives, with their greatest torques, after its first reset."""
    driven, torques = motors(robot) if hasattr(robot, "foot_list") else ([], ())
    if len(driven) != size:
        return numbered("action", size, -1.0, 1.0)
    return tuple(
        Dimension(joint.joint_name, f"of {torque:.0f} N m", -1.0, 1.0)
        for joint, torque in zip(driven, torques, strict=True)
    )


def _of_walker(robot: Any) -> list[tuple[str, str, str]]:
    """Name, unit and kind of each number that `WalkerBase.calc_state` returns."""
    is_fixed = any(one.__name__ in _FIXED_HEIGHT for one in type(robot).__mro__)
    named = [("height", f"m above {robot.initial_z:g} m" if is_fixed else "m above its start", "")]
    named += [(name, unit, "") for name, unit in _OF_BODY]
    for joint in robot.ordered_joints:
        name = joint.joint_name
        # Joints of pybullet_envs have no greatest speed and are scaled alike; pybulletgym's are hinges with limits.
        greatest_speed = getattr(joint, "jointMaxVelocity", 0.0) or 10.0
        named += [(f"{name}_angle", "half ranges from its middle", "angle")]
        named += [(f"{name}_speed", f"{greatest_speed:g} rad/s", "speed")]
    return named + [(f"{foot}_contact", "1: on the ground one step before", "contact") for foot in robot.foot_list]


def _of_mujoco_walker(robot: Any, size: int) -> list[tuple[str, str, str]]:
    """Name, unit and kind for pybulletgym's robots that observe positions, then speeds, then constant zeros.

    A robot in a plane moves by extra joints; the first of them, its distance ahead, is not observed.
    """
    angles, speeds = [], []
    for joint in robot.ordered_joints:
        place, unit = ("position", "m") if joint.jointType == _SLIDES else ("angle", "rad")
        is_driven = joint.power_coef != 0
        angles.append((f"{joint.joint_name}_{place}", unit, "angle" if is_driven else ""))
        speeds.append((f"{joint.joint_name}_speed", f"{unit}/s", "speed" if is_driven else ""))
    if robot.add_ignored_joints:
        return angles[1:] + speeds
    pose, motion = ([(name, unit, "") for name, unit in part] for part in (_POSE, _MOTION))
    named = [*pose, *angles, *motion, *speeds]
    return named + [(f"unused_{index}", "always 0", "") for index in range(size - len(named))]

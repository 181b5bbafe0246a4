"""Meaning of the numbers that PyBullet's walkers observe and act with."""

from typing import Any

from walker_rl.environments.bullet.batched_locomotion import motors
from walker_rl.environments.dimensions import Dimension, numbered

_OF_BODY = (
    ("height", "m above its start"),
    ("target_sine", "sine of the angle to the target"),
    ("target_cosine", "cosine of the angle to the target"),
    ("velocity_forward", "3.33 m/s"),
    ("velocity_sideways", "3.33 m/s"),
    ("velocity_up", "3.33 m/s"),
    ("roll", "rad"),
    ("pitch", "rad"),
)

_WALKERS = ("robot_locomotors", "pybulletgym.envs.roboschool.robots.locomotors.")
"""Modules of the robots that observe as `WalkerBase`; pybulletgym's others are MuJoCo's, under the same names."""

_BOUND = 5.0
"""Observations of a `WalkerBase` are clipped to it, which their spaces do not say."""


def observation_dimensions(robot: Any, size: int) -> tuple[Dimension, ...]:
    """Names what a robot observes; after its first reset."""
    if not type(robot).__module__.startswith(_WALKERS):
        return numbered("observation", size, -float("inf"), float("inf"))
    named = [(name, unit, "") for name, unit in _OF_BODY]
    for joint in robot.ordered_joints:
        name = joint.joint_name
        named += [(f"{name}_angle", "half ranges from its middle", "angle"), (f"{name}_speed", "10 rad/s", "speed")]
    named += [(f"{foot}_contact", "1: on the ground one step before", "contact") for foot in robot.foot_list]
    if len(named) != size:
        return numbered("observation", size, -_BOUND, _BOUND)
    return tuple(Dimension(name, unit, -_BOUND, _BOUND, kind) for name, unit, kind in named)


def action_dimensions(robot: Any, size: int) -> tuple[Dimension, ...]:
    """Names the joints that a walker drives, with their greatest torques; after its first reset."""
    driven, torques = motors(robot) if hasattr(robot, "foot_list") else ([], ())
    if len(driven) != size:
        return numbered("action", size, -1.0, 1.0)
    return tuple(
        Dimension(joint.joint_name, f"of {torque:.0f} N m", -1.0, 1.0)
        for joint, torque in zip(driven, torques, strict=True)
    )

"""What each number of an observation and of an action means."""

import dataclasses

import numpy as np

from walker_rl.environments.gym_adapter import Environment

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

_OF_ROD = (("cosine", "cosine of the angle to upright"), ("sine", "sine of it"), ("speed", "rad/s"))


@dataclasses.dataclass(frozen=True)
class Field:
    """One number.

    Attributes:
        name: as in `thigh_joint_angle`.
        unit: of the number as it is; "" where it is not known.
        low: least value that the task allows.
        high: greatest value.
        kind: "angle", "speed" or "contact" of a joint or foot; else "".
    """

    name: str
    unit: str
    low: float
    high: float
    kind: str = ""


def observation_fields(environment: Environment) -> list[Field]:
    """The numbers of an observation `[O]`; those of tasks that are not known here have no more than a number."""
    spec = environment.observation_spec()
    (size,) = spec.shape
    named = _named(environment, size) or [(f"observation_{index}", "", "") for index in range(size)]
    low = np.broadcast_to(getattr(spec, "minimum", -np.inf), size)
    high = np.broadcast_to(getattr(spec, "maximum", np.inf), size)
    if environment.joints:  # pybullet_envs says no bounds, and clips.
        low, high = np.full(size, -5.0), np.full(size, 5.0)
    return [
        Field(name, unit, float(least), float(most), kind)
        for (name, unit, kind), least, most in zip(named, low, high, strict=True)
    ]


def action_fields(environment: Environment) -> list[Field]:
    """The numbers of an action `[A]`."""
    (size,) = environment.action_spec().shape
    motors = environment.motors
    if len(motors) != size:
        return [Field(f"action_{index}", "", -1.0, 1.0) for index in range(size)]
    return [Field(name, f"of {torque:.0f} N m", -1.0, 1.0) for name, torque in motors.items()]


def _named(environment: Environment, size: int) -> list[tuple[str, str, str]]:
    if environment.task.name == "Pendulum-v1":
        return [(name, unit, "") for name, unit in _OF_ROD]
    fields = [(name, unit, "") for name, unit in _OF_BODY]
    for joint in environment.joints:
        fields += [(f"{joint}_angle", "half ranges from its middle", "angle"), (f"{joint}_speed", "10 rad/s", "speed")]
    fields += [(f"{foot}_contact", "1: on the ground one step before", "contact") for foot in environment.feet]
    return fields if environment.joints and len(fields) == size else []

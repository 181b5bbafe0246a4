"""Policies that are explicit functions of time: each joint swings by a sinusoid."""

import dataclasses
from typing import Any, ClassVar

import numpy as np

from walker_rl.policies.architecture import Architecture
from walker_rl.types import Variables


@dataclasses.dataclass(frozen=True)
class SinusoidArchitecture(Architecture):
    """The formula of a gait.

    Attributes:
        action_size: number of joints, `A`.
        is_symmetric: True if the second half of the joints does what the first half did half a cycle before.
        feedback_index: index of the observation's entry that is fed back; None: no feedback.
        servo_index: index of the first joint's angle in the observation; its speed follows, then the next joint. The
            formula then gives target angles. None: it gives actions.

    Raises:
        ValueError: if there is no joint, their number is odd in a symmetric gait, or an index is negative.
    """

    kind: ClassVar[str] = "sinusoids"

    action_size: int
    is_symmetric: bool
    feedback_index: int | None
    servo_index: int | None = None

    def __post_init__(self) -> None:
        """Checks the fields."""
        if self.num_joints < 1 or (self.is_symmetric and self.action_size % 2):
            raise ValueError(f"action_size = {self.action_size}: must be at least 1, and even in a symmetric gait")
        if min(self.feedback_index or 0, self.servo_index or 0) < 0:
            raise ValueError(f"indices = {self.feedback_index}, {self.servo_index}: must be at least 0")

    @property
    def num_joints(self) -> int:
        """Number of joints that have their own parameters."""
        return self.action_size // 2 if self.is_symmetric else self.action_size

    def parameter_shapes(self) -> dict[str, tuple[int, ...]]:
        """Shapes of the formula's parameters: first those that all joints share, then those of each joint."""
        shared = ("frequency",) if self.servo_index is None else ("frequency", "stiffness", "damping")
        of_joint = ("amplitude", "phase", "offset", *(() if self.feedback_index is None else ("gain",)))
        return {name: (1,) for name in shared} | {name: (self.num_joints,) for name in of_joint}

    @property
    def num_parameters(self) -> int:
        """Number of parameters, `P`."""
        return sum(size for (size,) in self.parameter_shapes().values())

    def variable_shapes(self) -> dict[str, tuple[int, ...]]:
        """Shapes of the parameters and of `deviation` `[P, P]`, the spread of a search's candidates around them."""
        return {**self.parameter_shapes(), "deviation": (self.num_parameters, self.num_parameters)}

    def plays(self, observation_size: int, action_size: int) -> bool:
        """True for as many joints, if all entries that are fed back lie within the observation."""
        fed_back = 0 if self.feedback_index is None else self.feedback_index + 1
        measured = 0 if self.servo_index is None else self.servo_index + 2 * self.action_size
        return action_size == self.action_size and observation_size >= max(fed_back, measured)

    def make_policy(self) -> "SinusoidPolicy":
        """A policy at the start of an episode, with zero parameters."""
        return SinusoidPolicy(self)

    def to_dict(self) -> dict[str, Any]:
        """The fields as JSON values."""
        return dataclasses.asdict(self)


class SinusoidPolicy:
    """`offset + amplitude sin(2 pi (frequency t + phase)) + gain observation`, clipped to [-1, 1].

    `t` counts steps since the start of the episode; frequencies are in cycles per step, phases in cycles. With a servo,
    the sum is each joint's target angle, and its action is `stiffness (target - angle) - damping speed`, clipped.

    Attributes:
        step: steps since the start of the episode.
    """

    def __init__(self, architecture: SinusoidArchitecture):
        """Makes a policy with zero parameters."""
        self._architecture = architecture
        self.step = 0
        self.update({name: np.zeros(shape) for name, shape in architecture.variable_shapes().items()})

    def update(self, variables: Variables) -> None:
        """Copies new parameters.

        Raises:
            ValueError: if one is missing, unknown or of another shape; then nothing changes.
        """
        self._parameters = self._architecture.copy_weights(variables, np.float64)

    def begin_episode(self, step: int = 0) -> None:
        """Sets the clock to `step`."""
        self.step = step

    def action(self, observation: np.ndarray) -> np.ndarray:
        """The action of the next step, float32 `[A]`, for `observation` `[O]`."""
        half_cycles = (0.0, 0.5) if self._architecture.is_symmetric else (0.0,)
        action = np.concatenate([self._swing(observation, shift) for shift in half_cycles])
        if (index := self._architecture.servo_index) is not None:
            angle, speed = observation[index : index + 2 * len(action)].reshape(-1, 2).T
            action = self._parameters["stiffness"] * (action - angle) - self._parameters["damping"] * speed
        self.step += 1
        return np.clip(action, -1, 1).astype(np.float32)

    def _swing(self, observation: np.ndarray, shift: float) -> np.ndarray:
        given = self._parameters
        cycles = given["frequency"] * self.step + given["phase"] + shift
        action = given["offset"] + given["amplitude"] * np.sin(2 * np.pi * cycles)
        if self._architecture.feedback_index is not None:
            action = action + given["gain"] * observation[self._architecture.feedback_index]
        return action

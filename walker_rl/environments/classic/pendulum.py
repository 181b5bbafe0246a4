"""gym's pendulum."""

import math

import numpy as np
from gym.envs.classic_control.pendulum import PendulumEnv
from PIL import Image, ImageDraw

from walker_rl.environments.dimensions import Dimension, Dimensions
from walker_rl.environments.simulation import Outcome
from walker_rl.types import Metrics


class Pendulum:
    """A rod on a pivot, driven by a torque that cannot lift it at once."""

    def __init__(self) -> None:
        """Constructs the pendulum, and resets it so that it can be rendered."""
        self._environment = PendulumEnv()
        self._environment.reset(seed=0)

    @property
    def dimensions(self) -> Dimensions:
        """The rod's angle, by its cosine and sine, and its speed."""
        max_speed = float(self._environment.max_speed)
        return Dimensions(
            observation=(
                Dimension("cosine", "cosine of the angle to upright", -1.0, 1.0),
                Dimension("sine", "sine of it", -1.0, 1.0),
                Dimension("speed", "rad/s", -max_speed, max_speed),
            ),
            action=(Dimension("action_0", f"of {self._environment.max_torque:g} N m", -1.0, 1.0),),
        )

    @property
    def frame_seconds(self) -> float:
        """Simulated seconds in one step."""
        return self._environment.dt

    @property
    def reward_parts(self) -> Metrics:
        """Empty: gym does not report the parts of its reward."""
        return {}

    def reset(self, seed: int) -> np.ndarray:
        """Starts the episode of a seed; returns its first observation `[3]`."""
        return self._environment.reset(seed=seed)

    def step(self, action: np.ndarray) -> Outcome:
        """Applies an action `[1]`, a share of the greatest torque."""
        observation, reward, terminated, *_ = self._environment.step(self._environment.max_torque * action)
        return Outcome(observation, reward, terminated)

    def render(self, width: int, height: int) -> np.ndarray:
        """A picture of the rod, uint8 `[height, width, 3]`."""
        return draw_rod(self._environment.state[0], width, height)

    def close(self) -> None:
        """Ends the simulation; may be called again."""
        self._environment.close()


def draw_rod(angle: float, width: int, height: int) -> np.ndarray:
    """A rod on a pivot, `angle` radians counter-clockwise from upright, uint8 `[height, width, 3]`."""
    image = Image.new("RGB", (width, height), "white")
    draw = ImageDraw.Draw(image)
    length = 0.4 * min(width, height)
    pivot = (width / 2, height / 2)
    tip = (pivot[0] - length * math.sin(angle), pivot[1] - length * math.cos(angle))
    thickness = max(1, round(length / 6))
    draw.line([pivot, tip], fill=(204, 77, 77), width=thickness)
    for (x, y), radius, colour in ((tip, thickness / 2, (204, 77, 77)), (pivot, thickness / 3, (0, 0, 0))):
        draw.ellipse([x - radius, y - radius, x + radius, y + radius], fill=colour)
    return np.asarray(image)

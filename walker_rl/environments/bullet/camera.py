"""Pictures of a simulation: the whole robot from the side, and the ground that it passes."""

from collections.abc import Sequence
from typing import Any

import numpy as np

FIELD_OF_VIEW = 40.0  # degrees, vertical
PITCH = -12.0  # degrees; negative looks down
YAW = 0.0  # degrees; 0 looks along +y, so that walking to +x goes to the right
DISTANCE = 1.8  # in diagonals of the robot's bounding box
ENDLESS = 1e6  # metres; beyond this a box is a plane's
FLOOR_COLOUR = (0.9, 0.9, 0.95, 1.0)  # the double pendulum's floor has the colour of its cart
ROBOT_COLOUR = (0.85, 0.45, 0.1, 1.0)  # for links whose models name none, as pybulletgym's
WHITE = (1.0, 1.0, 1.0, 1.0)
ASPECT = 4 / 3  # width by height that `DISTANCE` is meant for; narrower pictures step back


class BulletCamera:
    """Draws a PyBullet robot with the software renderer, which needs no display and is the same everywhere."""

    def __init__(self, client: Any, robot: Any, follows: bool):
        """Measures `robot` as it stands now.

        Args:
            client: `BulletClient` that simulates it.
            robot: robot of `pybullet_envs`, after a reset.
            follows: True if the camera follows the robot; else it stays.
        """
        self._client = client
        self._robot = robot
        self._follows = follows
        bodies = next(iter(robot.parts.values())).bodies
        shapes = [shape for body in bodies for shape in client.getVisualShapeData(body)]
        for body, link in [shape[:2] for shape in shapes if shape[-1] == WHITE]:
            client.changeVisualShape(body, link, rgbaColor=ROBOT_COLOUR)
        for floor in (body for body in bodies if _is_endless(client.getAABB(body))):
            client.changeVisualShape(floor, -1, rgbaColor=FLOOR_COLOUR)
        low, high = _bounding_box(client, bodies)
        self._centre = (low + high) / 2
        self._distance = DISTANCE * float(np.linalg.norm(high - low))
        self._rest_height = robot.robot_body.current_position()[2] if follows else 0.0

    def __call__(self, width: int, height: int) -> np.ndarray:
        """A picture of the current state, uint8 `[height, width, 3]`."""
        aspect = width / height
        client = self._client
        view = client.computeViewMatrixFromYawPitchRoll(
            self._target(), self._distance * max(1.0, ASPECT / aspect), YAW, PITCH, 0, 2
        )
        projection = client.computeProjectionMatrixFOV(FIELD_OF_VIEW, aspect, 0.1, 100.0)
        pixels = client.getCameraImage(
            width,
            height,
            view,
            projection,
            shadow=0,
            renderer=client.ER_TINY_RENDERER,
            flags=client.ER_NO_SEGMENTATION_MASK,
        )[2]
        return np.reshape(pixels, (height, width, 4))[:, :, :3].astype(np.uint8)

    def _target(self) -> list[float]:
        """The picture's centre, which rises with the robot and sinks half as far."""
        if not self._follows:
            return self._centre.tolist()
        x, y, z = self._robot.robot_body.current_position()
        rise = z - self._rest_height
        return [x, y, self._centre[2] + max(rise, rise / 2)]


def _is_endless(box: tuple[Sequence[float], Sequence[float]]) -> bool:
    """True if a box, lowest and highest corner, is the floor of the double pendulum's model."""
    return np.max(box) > ENDLESS


def _bounding_box(client: Any, bodies: Sequence[int]) -> tuple[np.ndarray, np.ndarray]:
    """Lowest and highest corner of all links of `bodies` except floors, each `[3]`, metres."""
    boxes = [client.getAABB(body, link) for body in bodies for link in range(-1, client.getNumJoints(body))]
    lows, highs = zip(*(box for box in boxes if not _is_endless(box)), strict=True)
    return np.min(lows, axis=0), np.max(highs, axis=0)

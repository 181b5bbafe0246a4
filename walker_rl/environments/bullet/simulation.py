"""A robot of PyBullet, simulated so that its episodes are functions of their seeds."""

from typing import Any

import numpy as np

from walker_rl.environments.bullet.batched_locomotion import BatchedLocomotion, is_batchable
from walker_rl.environments.bullet.camera import BulletCamera
from walker_rl.environments.bullet.dimensions import action_dimensions, observation_dimensions
from walker_rl.environments.bullet.registry import make_gym_environment
from walker_rl.environments.dimensions import Dimensions
from walker_rl.environments.quiet import quiet
from walker_rl.environments.simulation import Outcome, Task
from walker_rl.types import Metrics

REWARD_PARTS = {
    ("locomotion", 5): ("alive", "progress", "electricity", "joint_limits", "feet_collision"),
    ("pendulum", 3): ("alive", "distance", "velocity"),
}
"""Names of the parts that `pybullet_envs` sums to a reward, by kind of task and number; others have none."""


class BulletSimulation:
    """A robot of `pybullet_envs` or `pybulletgym`."""

    def __init__(self, task: Task):
        """Constructs the simulation, whose robot stands ready to be looked at."""
        self._task = task
        self._construct()

    @property
    def robot(self) -> Any:
        """The robot as its package has it."""
        return self._environment.robot

    @property
    def client(self) -> Any:
        """The `BulletClient` that simulates it."""
        return self._environment._p

    @property
    def dimensions(self) -> Dimensions:
        """Joints and feet by their names; numbers where those are not known."""
        return Dimensions(
            observation_dimensions(self.robot, self._task.observation_size),
            action_dimensions(self.robot, self._task.action_size),
        )

    @property
    def frame_seconds(self) -> float:
        """Simulated seconds in one step."""
        return float(self._environment.scene.dt)

    @property
    def reward_parts(self) -> Metrics:
        """The parts of the last step's reward by name; empty if they have no names."""
        parts = getattr(self._environment, "rewards", ())
        names = REWARD_PARTS.get((self._task.kind, len(parts)))
        return dict(zip(names, map(float, parts), strict=True)) if names else {}

    def reset(self, seed: int) -> np.ndarray:
        """Starts the episode of a seed; returns its first observation `[O]`."""
        if self._has_cube:
            self.close()
            self._construct()
        return self._restart(seed)

    def step(self, action: np.ndarray) -> Outcome:
        """Takes an action `[A]` in [-1, 1]."""
        observation, reward, terminated, *_ = self._simulate(action)
        return Outcome(observation, reward, terminated)

    def render(self, width: int, height: int) -> np.ndarray:
        """A picture of the present moment, uint8 `[height, width, 3]`."""
        return self._camera(width, height)

    def close(self) -> None:
        """Disconnects from Bullet; may be called again."""
        self._environment.close()

    def _construct(self) -> None:
        """Makes the simulation, afresh for each episode with a cube: it leaves traces that Bullet's state has not.

        A second moving body also lets the order of residuals in memory decide when the solver stops early.
        """
        self._environment = make_gym_environment(self._task)
        self._has_cube = hasattr(self.robot, "aggressive_cube")
        with quiet():
            self._restart(0)  # only after this do equal seeds give equal episodes
        if self._has_cube:
            self.client.setPhysicsEngineParameter(solverResidualThreshold=0)
        if type(self._environment).__module__.startswith("pybulletgym"):  # Its bodies touch in an order of their own.
            self.client.setPhysicsEngineParameter(deterministicOverlappingPairs=1)
        batched = is_batchable(self._environment)
        self._simulate = BatchedLocomotion(self._environment).step if batched else self._environment.step
        self._camera = BulletCamera(self.client, self.robot, follows=self._task.kind == "locomotion")

    def _restart(self, seed: int) -> np.ndarray:
        self._environment.seed(seed)
        return self._environment.reset()

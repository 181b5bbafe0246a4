"""A PyBullet robot, simulated so that its episodes are functions of their seeds and actions."""

from typing import Any

import numpy as np

from walker_rl.environments.bullet.batched_locomotion import BatchedLocomotion, is_batchable
from walker_rl.environments.bullet.camera import BulletCamera
from walker_rl.environments.bullet.dimensions import action_dimensions, observation_dimensions
from walker_rl.environments.bullet.registry import make_gym_environment, package_of, usable
from walker_rl.environments.dimensions import Dimensions
from walker_rl.environments.simulation import Outcome, Task
from walker_rl.quiet import quiet
from walker_rl.types import Metrics

REWARD_PARTS = {
    ("locomotion", 5): ("alive", "progress", "electricity", "joint_limits", "feet_collision"),
    ("locomotion", 4): ("alive", "progress", "joint_limits", "feet_collision"),
    ("locomotion", 3): ("progress", "alive", "power"),
    ("locomotion", 2): ("progress", "power"),
    ("pendulum", 3): ("alive", "distance", "velocity"),
}
"""Names of a reward's parts in both packages, by kind of task and number of parts; others have none."""


class BulletSimulation:
    """A robot of `pybullet_envs` or `pybulletgym`."""

    def __init__(self, task: Task):
        """Constructs the simulation and resets it once, so that it can be rendered."""
        self._task = task
        self._is_pybulletgyms = package_of(task) == "pybulletgym"
        self._leaves_traces = self._is_pybulletgyms or task.name == "HumanoidFlagrunHarderBulletEnv-v0"
        self._construct()

    @property
    def robot(self) -> Any:
        """The robot object of its package."""
        return self._environment.robot

    @property
    def client(self) -> Any:
        """The `BulletClient` that simulates it."""
        return self._environment._p

    @property
    def dimensions(self) -> Dimensions:
        """Joints and feet by name; numbered dimensions if the names are unknown."""
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
        if self._leaves_traces:
            self.close()
            self._construct()
        return self._restart(seed)

    def step(self, action: np.ndarray) -> Outcome:
        """Applies an action `[A]` in [-1, 1]."""
        observation, reward, terminated, *_ = self._simulate(action)
        return Outcome(observation, reward, terminated)

    def render(self, width: int, height: int) -> np.ndarray:
        """A picture of the current state, uint8 `[height, width, 3]`."""
        return self._camera(width, height)

    def close(self) -> None:
        """Disconnects from Bullet; may be called again."""
        self._environment.close()

    def _construct(self) -> None:
        """Makes the simulation; a task that leaves traces outside Bullet's state gets a new one for each episode.

        In such a task the order of residuals in memory decides when the solver stops early, so it never does.
        """
        with quiet(), usable(self._task):
            self._environment = make_gym_environment(self._task)
            self._restart(0)  # equal seeds give equal episodes only after this
        if self._leaves_traces:
            self.client.setPhysicsEngineParameter(solverResidualThreshold=0)
        if self._is_pybulletgyms:  # Else the order of its contacts varies.
            self.client.setPhysicsEngineParameter(deterministicOverlappingPairs=1)
        if hasattr(self.robot, "model_urdf"):
            _load_once(self.robot)
        batched = is_batchable(self._environment)
        self._simulate = BatchedLocomotion(self._environment).step if batched else self._environment.step
        self._camera = BulletCamera(self.client, self.robot, follows=self._task.kind == "locomotion")

    def _restart(self, seed: int) -> np.ndarray:
        self._environment.seed(seed)
        return self._environment.reset()


def _load_once(robot: Any) -> None:
    """Keeps Atlas, after its first reset, from loading another copy of itself at each further one."""

    def reset(client: Any) -> Any:
        robot.robot_specific_reset(client)
        return robot.calc_state()

    robot.reset = reset

"""gym's and PyBullet's environments as one `dm_env.Environment` whose episodes are pure functions of their seeds."""

import dm_env
import numpy as np
from dm_env import specs

from walker_rl.environments import camera
from walker_rl.environments.batched_locomotion import BatchedLocomotion, is_batchable, motors
from walker_rl.environments.catalogue import Task, find_task, make_gym_environment
from walker_rl.environments.quiet import quiet
from walker_rl.types import State

REWARD_PARTS = {
    ("locomotion", 5): ("alive", "progress", "electricity", "joint_limits", "feet_collision"),
    ("pendulum", 3): ("alive", "distance", "velocity"),
}
"""Names of the parts that `pybullet_envs` sums to a reward, by family and number; others have one, the reward."""


def make_environment(task: str, seed: int) -> "Environment":
    """An environment of the task called `task`, whose episodes follow from `seed`.

    Raises:
        UserError: no such task.
    """
    return Environment(find_task(task), seed)


class Environment(dm_env.Environment):
    """One task; float32 observations `[O]` and actions `[A]` in [-1, 1], which are clipped.

    Episode k (from 0) is seeded with `SeedSequence([seed, k])`, and everything in it follows from that seed and the
    actions. A time limit truncates (discount 1), the task's own end terminates (discount 0) and wins over the limit.
    """

    def __init__(self, task: Task, seed: int):
        """Constructs the simulation; `make_environment` does the same by the task's name."""
        self._task = task
        self._seed = seed
        self._next_episode = 0
        self._episode_seed: int | None = None
        self._actions: list[np.ndarray] = []
        self._timestep: dm_env.TimeStep | None = None
        self._construct()
        space = self._environment.action_space
        self._action_centre = (space.high + space.low) / 2
        self._action_range = (space.high - space.low) / 2
        self._action_spec = specs.BoundedArray(space.shape, np.float32, -1.0, 1.0, name="action")

    @property
    def task(self) -> Task:
        """The task that this environment plays."""
        return self._task

    @property
    def episode_seed(self) -> int | None:
        """Seed of the current episode; None before the first."""
        return self._episode_seed

    @property
    def frame_seconds(self) -> float:
        """Simulated seconds in one environment step."""
        return float((self._environment.scene if self._is_simulated else self._environment).dt)

    @property
    def joints(self) -> tuple[str, ...]:
        """Names of the joints, in the order in which they are observed; empty where there are none."""
        if not self._is_simulated or self._task.family != "locomotion":
            return ()
        return tuple(joint.joint_name for joint in self._environment.robot.ordered_joints)

    @property
    def motors(self) -> dict[str, float]:
        """Greatest torque of each joint by its name, N m, in the order of the actions; empty where there are none."""
        if not self.joints:
            return {}
        driven, torques = motors(self._environment.robot)
        return {joint.joint_name: float(torque) for joint, torque in zip(driven, torques, strict=True)}

    @property
    def feet(self) -> tuple[str, ...]:
        """Names of the feet, in the order of their contacts in an observation."""
        return tuple(self._environment.robot.foot_list) if self.joints else ()

    @property
    def reward_parts(self) -> dict[str, float]:
        """The parts of the last step's reward by name, which sum to it; empty before the first step of an episode."""
        if self._timestep is None or self._timestep.first():
            return {}
        parts = getattr(self._environment, "rewards", ())
        names = REWARD_PARTS.get((self._task.family, len(parts)))
        if names is None:
            return {"reward": float(self._timestep.reward)}
        return dict(zip(names, map(float, parts), strict=True))

    def reset(self, episode_seed: int | None = None) -> dm_env.TimeStep:
        """Starts the next episode, or the one of `episode_seed`, which leaves the count of episodes as it is."""
        if episode_seed is None:
            sequence = np.random.SeedSequence([self._seed, self._next_episode])
            episode_seed = int(sequence.generate_state(1)[0])
            self._next_episode += 1
        if self._has_cube:
            self._environment.close()
            self._construct()
        self._episode_seed = episode_seed
        self._actions = []
        observation = np.asarray(self._restart(episode_seed), np.float32)
        self._timestep = dm_env.restart(observation)
        return self._timestep

    def step(self, action: np.ndarray) -> dm_env.TimeStep:
        """Takes `action` `[A]`; ignores it and starts the next episode before the first one and after a last timestep.

        Raises:
            ValueError: `action` has another shape or an element that is not finite.
        """
        if self._timestep is None or self._timestep.last():
            return self.reset()
        action = self._clipped(action)
        self._actions.append(action)
        # pybullet_envs returns four values, gym's own tasks five; the third always says that the task has ended.
        observation, reward, terminated, *_ = self._simulate(self._action_centre + self._action_range * action)
        truncated = len(self._actions) >= self._task.max_episode_steps
        self._timestep = dm_env.TimeStep(
            step_type=dm_env.StepType.LAST if terminated or truncated else dm_env.StepType.MID,
            reward=np.float32(reward),
            discount=np.float32(0.0 if terminated else 1.0),
            observation=np.asarray(observation, np.float32),
        )
        return self._timestep

    def save(self) -> State:
        """Where this environment stands: the count of episodes, the current one's seed and actions `[t, A]` so far."""
        began = self._timestep is not None
        return {
            "next_episode": self._next_episode,
            "episode_seed": self._episode_seed,
            "actions": np.array(self._actions, np.float32).reshape(-1, *self._action_spec.shape) if began else None,
        }

    def restore(self, state: State) -> dm_env.TimeStep | None:
        """Goes to where `state` was saved, by playing its episode again, and returns the timestep that was current.

        Returns None if no episode had begun. Bit for bit the same on any machine with the same floating point.
        """
        self._next_episode = int(state["next_episode"])
        self._episode_seed = None
        self._timestep = None
        self._actions = []
        if state["actions"] is not None:
            self.reset(int(state["episode_seed"]))
            for action in state["actions"]:
                self.step(action)
        return self._timestep

    def render(self, width: int, height: int) -> np.ndarray:
        """A picture of the present moment, uint8 `[height, width, 3]`; leaves the simulation as it is."""
        return self._draw(width, height)

    def observation_spec(self) -> specs.Array:
        """Float32 `[O]`, bounded where the task says so."""
        space = self._environment.observation_space
        if np.isfinite(space.low).all() and np.isfinite(space.high).all():
            return specs.BoundedArray(space.shape, np.float32, space.low, space.high, name="observation")
        return specs.Array(space.shape, np.float32, name="observation")

    def action_spec(self) -> specs.BoundedArray:
        """Float32 `[A]` in [-1, 1]."""
        return self._action_spec

    def reward_spec(self) -> specs.Array:
        """A float32 number."""
        return specs.Array((), np.float32, name="reward")

    def discount_spec(self) -> specs.BoundedArray:
        """A float32 number: 0 after the task's own end, else 1."""
        return specs.BoundedArray((), np.float32, 0.0, 1.0, name="discount")

    def close(self) -> None:
        """Ends the simulation; may be called again."""
        self._environment.close()

    def _construct(self) -> None:
        """Makes the simulation, afresh for each episode with a cube: it leaves traces that Bullet's state has not.

        A second moving body also lets the order of residuals in memory decide when the solver stops early.
        """
        self._environment = make_gym_environment(self._task)
        self._is_simulated = hasattr(self._environment, "robot")
        self._has_cube = self._is_simulated and hasattr(self._environment.robot, "aggressive_cube")
        with quiet():
            self._restart(0)  # only after this do equal seeds give equal episodes
        if self._has_cube:
            self._environment._p.setPhysicsEngineParameter(solverResidualThreshold=0)
        batched = is_batchable(self._environment)
        self._simulate = BatchedLocomotion(self._environment).step if batched else self._environment.step
        self._draw = self._make_camera()

    def _restart(self, episode_seed: int) -> np.ndarray:
        if self._is_simulated:
            self._environment.seed(episode_seed)
            return self._environment.reset()
        return self._environment.reset(seed=episode_seed)

    def _clipped(self, action: np.ndarray) -> np.ndarray:
        action = np.asarray(action, np.float32)
        if action.shape != self._action_spec.shape:
            raise ValueError(f"action has shape {action.shape}: {self._task.name} takes {self._action_spec.shape}")
        if not np.isfinite(action).all():
            raise ValueError(f"action = {action.tolist()}: every element must be a finite number")
        return np.minimum(np.maximum(action, -1.0), 1.0)

    def _make_camera(self) -> camera.Draw:
        if not self._is_simulated:
            return lambda width, height: camera.draw_rod(self._environment.state[0], width, height)
        follows = self._task.family == "locomotion"
        return camera.BulletCamera(self._environment._p, self._environment.robot, follows)

"""Adapter from a Gymnasium environment to a simulation with flat observations and actions."""

from typing import Any

import gymnasium
import numpy as np
from gymnasium.spaces import Box, Dict, Space, Text, Tuple, utils

from walker_rl.environments.action_bounds import ActionBounds
from walker_rl.environments.dimensions import Dimension, Dimensions, named
from walker_rl.environments.drawing import draw_plainly, picture
from walker_rl.environments.foreign import Refused, episode_steps, frame_seconds, refuse_pictures
from walker_rl.environments.simulation import Outcome
from walker_rl.types import Metrics


class GymnasiumSimulation:
    """Any Gymnasium environment whose observations are numbers and whose actions are a bounded `Box`.

    Attributes:
        dimensions: names and bounds; observations are named by the keys of a `Dict`, else numbered, as actions are.
        frame_seconds: seconds of a step, from the environment's frames per second.
        reward_parts: empty, because Gymnasium does not report the parts of a reward.
        max_episode_steps: steps of the environment's `TimeLimit`, else the default.
        reward_threshold: return that counts as solved in the environment's registration; None if it has none.
    """

    def __init__(self, environment: gymnasium.Env):
        """Checks the environment's spaces.

        Raises:
            Refused: if its observations are pictures or of varying length, or its actions are not a bounded `Box`,
                or its time limit is below 1.
        """
        self._environment = environment
        self._space = environment.observation_space
        actions = environment.action_space
        if not isinstance(actions, Box):
            raise Refused(f"must have actions in a Box, not {actions}")
        self._bounds = ActionBounds.checked(actions.low, actions.high, actions.dtype)
        self.dimensions = Dimensions(_dimensions(self._space), self._bounds.dimensions)
        rate = environment.metadata.get("render_fps")
        self.frame_seconds = frame_seconds(1 / rate if rate else None)
        self.reward_parts: Metrics = {}
        model = getattr(environment.unwrapped, "model", None)
        self._is_mujoco = type(model).__name__ == "MjModel"
        if self._is_mujoco:
            draw_plainly(model)
        spec = environment.spec
        self.max_episode_steps = _time_limit(environment)
        self.reward_threshold = spec.reward_threshold if spec else None

    def reset(self, seed: int) -> np.ndarray:
        """Starts the episode with this seed; returns its first observation `[O]`."""
        observation, _ = self._environment.reset(seed=seed)
        return self._flat(observation)

    def step(self, action: np.ndarray) -> Outcome:
        """Applies an action `[A]` in [-1, 1], mapped to the environment's bounds."""
        observation, reward, terminated, truncated, _ = self._environment.step(self._bounds.scaled(action))
        return Outcome(self._flat(observation), float(reward), bool(terminated), bool(truncated))

    def render(self, width: int, height: int) -> np.ndarray:
        """The environment's picture, scaled to uint8 `[height, width, 3]`.

        Raises:
            RunError: if the environment can't draw one.
        """
        return picture(self._environment.render, width, height, is_mujoco=self._is_mujoco)

    def close(self) -> None:
        """Closes the environment."""
        self._environment.close()

    def _flat(self, observation: Any) -> np.ndarray:
        return np.asarray(utils.flatten(self._space, observation))


def _dimensions(space: Space, name: str = "") -> tuple[Dimension, ...]:
    """Dimensions of a space, in the order of `flatten`; `name` is the path of a nested space, as in `arm_joint`."""
    if isinstance(space, Dict | Tuple):
        if not space.spaces:
            raise Refused(f"must observe numbers, not an empty {type(space).__name__}")
        parts: Any = space.spaces.items() if isinstance(space, Dict) else enumerate(space.spaces)
        return tuple(
            dimension for key, part in parts for dimension in _dimensions(part, f"{name}_{key}" if name else f"{key}")
        )
    if isinstance(space, Box):
        refuse_pictures(space.dtype, space.shape)
    try:
        flat = None if isinstance(space, Text) else utils.flatten_space(space)
    except NotImplementedError:  # It is not one of Gymnasium's spaces.
        flat = None
    if not isinstance(flat, Box):
        raise Refused(f"must observe numbers that can be flattened, not {space}")
    return named(name or "observation", flat.low, flat.high)


def _time_limit(environment: gymnasium.Env) -> int:
    """Steps of the environment's time limit, from any of its wrappers or its registration, else the default."""
    if environment.has_wrapper_attr("_max_episode_steps"):
        limit = environment.get_wrapper_attr("_max_episode_steps")
    else:
        limit = environment.spec.max_episode_steps if environment.spec else None
    return episode_steps(limit)

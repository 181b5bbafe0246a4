"""Adapter from a dm_env environment to a simulation with flat observations and actions."""

import inspect
import math
from typing import Any

import dm_env
import numpy as np
import tree
from dm_env import specs

from walker_rl.environments.action_bounds import ActionBounds
from walker_rl.environments.dimensions import Dimension, Dimensions, named
from walker_rl.environments.drawing import draw_plainly, picture
from walker_rl.environments.foreign import Refused, episode_steps, frame_seconds, refuse_pictures
from walker_rl.environments.simulation import Outcome
from walker_rl.errors import RunError
from walker_rl.types import Metrics

CAMERA = 0
"""Camera of dm_control's films, which in most tasks looks from the side."""


class DmEnvSimulation:
    """Any dm_env environment whose observations are numbers and whose actions are a bounded array.

    Attributes:
        dimensions: names and bounds; observations are named by the keys of a mapping, else numbered, as actions are.
        frame_seconds: seconds of a step, from dm_control's `control_timestep` if the environment has it.
        reward_parts: empty, because dm_env does not report the parts of a reward.
        max_episode_steps: steps of dm_control's time limit, else the default.
        reward_threshold: None, because dm_env has no such number.
    """

    def __init__(self, environment: dm_env.Environment):
        """Checks the environment's specs.

        Raises:
            Refused: if its observations are pictures, its actions are not a bounded array of floats, or its time limit
                is below 1 step.
        """
        self._environment = environment
        actions = environment.action_spec()
        if not isinstance(actions, specs.BoundedArray):
            raise Refused(f"must have a bounded array of actions, not {actions}")
        low, high = (np.broadcast_to(bound, actions.shape) for bound in (actions.minimum, actions.maximum))
        self._bounds = ActionBounds.checked(low, high, actions.dtype)
        self._takes_seed = "seed" in inspect.signature(environment.reset).parameters
        self.dimensions = Dimensions(_dimensions(environment.observation_spec()), self._bounds.dimensions)
        timestep = getattr(environment, "control_timestep", None)
        seconds = float(timestep()) if callable(timestep) else None
        self.frame_seconds = frame_seconds(seconds)
        self.reward_parts: Metrics = {}
        limit = getattr(environment, "_step_limit", math.inf)  # dm_control has no public access to it.
        if seconds is not None:  # Composer's environments have theirs in seconds.
            limit = min(limit, getattr(environment, "_time_limit", math.inf) / seconds)
        self.max_episode_steps = episode_steps(limit)
        self.reward_threshold: float | None = None

    def reset(self, seed: int) -> np.ndarray:
        """Starts the episode with this seed, if the environment can be seeded; returns its first observation `[O]`.

        dm_env's own interface has no seeds. The seed goes to the random state of dm_control's environments and tasks,
        and to `reset(seed=...)` if the environment has that argument.
        """
        for place in (self._environment, getattr(self._environment, "task", None)):
            for name in ("random_state", "random"):
                if isinstance(random := getattr(place, name, None), np.random.RandomState):
                    random.seed(seed)
        timestep = self._environment.reset(seed=seed) if self._takes_seed else self._environment.reset()
        return _flat(timestep.observation)

    def step(self, action: np.ndarray) -> Outcome:
        """Applies an action `[A]` in [-1, 1], mapped to the environment's bounds.

        At the end of an episode, a discount of 0 means termination and 1 means truncation.

        Raises:
            RunError: if the discount is not 1, or 0 at the end of an episode.
        """
        timestep = self._environment.step(self._bounds.scaled(action))
        if timestep.discount not in ((0.0, 1.0) if timestep.last() else (1.0,)):
            raise RunError(f"discount = {timestep.discount}: must be 1, or 0 where an episode terminates")
        return Outcome(
            _flat(timestep.observation),
            float(timestep.reward),
            terminated=timestep.last() and timestep.discount == 0,
            truncated=timestep.last() and timestep.discount == 1,
        )

    def render(self, width: int, height: int) -> np.ndarray:
        """A picture from dm_control's camera, or from the environment's own `render()`, uint8 `[height, width, 3]`.

        Raises:
            RunError: if the environment can't draw one.
        """
        physics: Any = getattr(self._environment, "physics", None)  # Composer makes another for each episode.
        model: Any = getattr(physics, "model", None)
        if not hasattr(model, "vis"):
            return picture(lambda: self._environment.render(), width, height, is_mujoco=False)
        draw_plainly(model)
        size = min(height, model.vis.global_.offheight), min(width, model.vis.global_.offwidth)
        camera = CAMERA if model.ncam else -1
        return picture(lambda: physics.render(*size, camera_id=camera), width, height, is_mujoco=True)

    def close(self) -> None:
        """Closes the environment."""
        self._environment.close()


def _flat(observation: Any) -> np.ndarray:
    return np.concatenate([np.ravel(part) for part in tree.flatten(observation)])


def _dimensions(observation_spec: Any) -> tuple[Dimension, ...]:
    """Dimensions of an observation, in the order of `_flat`."""
    dimensions: list[Dimension] = []
    for path, spec in tree.flatten_with_path(observation_spec):
        if not isinstance(spec, specs.Array) or spec.dtype.kind not in "biuf":
            raise Refused(f"must observe numbers, not {spec}")
        refuse_pictures(spec.dtype, spec.shape)
        low, high = (
            np.broadcast_to(getattr(spec, name, bound), spec.shape)
            for name, bound in (("minimum", -math.inf), ("maximum", math.inf))
        )
        dimensions += named("_".join(map(str, path)) or "observation", low, high)
    return tuple(dimensions)

"""An actor in its environment, one step at a time."""

import dm_env
import numpy as np

from walker_rl.agents.acting import Actor
from walker_rl.environments import Environment
from walker_rl.errors import RunError
from walker_rl.experiments.episode_statistics import EpisodeStatistics
from walker_rl.types import State


class EnvironmentLoop:
    """Lets an actor play episode after episode."""

    def __init__(self, environment: Environment, actor: Actor):
        """Begins no episode before the first step."""
        self._environment = environment
        self._actor = actor
        self._actor_steps = 0
        self._timestep: dm_env.TimeStep | None = None
        self._episode = EpisodeStatistics()

    @property
    def environment(self) -> Environment:
        """The environment."""
        return self._environment

    @property
    def actor(self) -> Actor:
        """The actor."""
        return self._actor

    @property
    def actor_steps(self) -> int:
        """Steps taken, those before a `restore` included."""
        return self._actor_steps

    def step(self) -> EpisodeStatistics | None:
        """Takes one step, at first beginning an episode if none runs.

        Returns:
            The episode, if this step has ended it.

        Raises:
            RunError: if an observation or an action is not finite.
        """
        if self._timestep is None or self._timestep.last():
            self._timestep = self._checked(self._environment.reset())
            self._episode = EpisodeStatistics()
            self._actor.observe_first(self._timestep)
        action = self._actor.select_action(self._timestep.observation)
        self._timestep = self._checked(self._environment.step(action))
        self._episode.add(self._timestep, self._environment.reward_parts)
        self._actor.observe(action, self._timestep)
        self._actor_steps += 1
        return self._episode if self._timestep.last() else None

    def save(self) -> State:
        """Where environment, episode and actor stand."""
        return {
            "actor_steps": self._actor_steps,
            "environment": self._environment.save(),
            "episode": self._episode.save(),
            "actor": self._actor.save(),
        }

    def restore(self, state: State) -> None:
        """Goes on from what `save` returned; the actor takes its variable source's weights."""
        self._actor_steps = state["actor_steps"]
        self._timestep = self._environment.restore(state["environment"])
        self._episode.restore(state["episode"])
        self._actor.restore(state["actor"])

    def close(self) -> None:
        """Frees the simulator."""
        self._environment.close()

    def _checked(self, timestep: dm_env.TimeStep) -> dm_env.TimeStep:
        if not np.isfinite(timestep.observation).all():
            raise RunError(f"an observation after {self._actor_steps} steps is not finite")
        return timestep

"""An actor in its environment, one step at a time."""

import dm_env

from walker_rl.agents.acting import Actor
from walker_rl.environments import Environment
from walker_rl.experiments.episode_statistics import EpisodeStatistics
from walker_rl.types import State


class EnvironmentLoop:
    """Plays episodes one after another, step by step.

    Attributes:
        environment: the environment.
        actor: the actor in it.
        actor_steps: steps taken, those before a `restore` included.
    """

    def __init__(self, environment: Environment, actor: Actor):
        """The first episode begins with the first step."""
        self.environment = environment
        self.actor = actor
        self.actor_steps = 0
        self._timestep: dm_env.TimeStep | None = None
        self._episode = EpisodeStatistics()

    def step(self) -> EpisodeStatistics | None:
        """Takes one step, in a new episode if none is running; returns the episode if this step ends it.

        Raises:
            RunError: if an observation, a reward or the policy's output is not finite; the step is then not recorded.
        """
        if self._timestep is None or self._timestep.last():
            self._timestep = self.environment.reset()
            self._episode = EpisodeStatistics()
            self.actor.observe_first(self._timestep)
        action = self.actor.select_action(self._timestep.observation)
        self._timestep = self.environment.step(action)
        self._episode.add(self._timestep, self.environment.reward_parts)
        self.actor.observe(action, self._timestep)
        self.actor_steps += 1
        return self._episode if self._timestep.last() else None

    def save(self) -> State:
        """Returns the state of environment, episode and actor."""
        return {
            "actor_steps": self.actor_steps,
            "environment": self.environment.save(),
            "episode": self._episode.save(),
            "actor": self.actor.save(),
        }

    def restore(self, state: State) -> None:
        """Continues from what `save` returned; the actor takes its variable source's weights.

        Raises:
            ValueError: if the parts of the state don't belong together; some may then be restored.
        """
        self.actor_steps = state["actor_steps"]
        self._timestep = self.environment.restore(state["environment"])
        self._episode = EpisodeStatistics.restored(state["episode"])
        self.actor.restore(state["actor"])
        is_running = self._timestep is not None and not self._timestep.last()
        if self.is_between_episodes:
            self._episode = EpisodeStatistics()
        elif (
            (self._timestep is None) != (self.actor_steps == 0)
            or list(self.environment.reward_parts) != list(self._episode.reward_parts)
            or (is_running and self.actor.awaits_episode)
        ):
            raise ValueError("its parts disagree on where the episode stands")

    @property
    def is_between_episodes(self) -> bool:
        """True after a `restore` that could not replay the task's episode; the next step begins another."""
        return self._timestep is None and self.actor_steps > 0 and not self.environment.task.must_repeat

    def close(self) -> None:
        """Frees the simulator."""
        self.environment.close()

"""A `dm_env.Environment` around any family's simulation: seeds, time limit, clipping, save and restore."""

import dm_env
import numpy as np
from dm_env import specs

from walker_rl.environments.catalogue import NO_ARGUMENTS, find_task, forget_sizes, make_simulation
from walker_rl.environments.dimensions import Dimensions
from walker_rl.environments.repeating import repeats
from walker_rl.environments.simulation import Arguments, Task, check_finite
from walker_rl.errors import RunError
from walker_rl.types import Metrics, State


def make_environment(task: str, seed: int, arguments: Arguments = NO_ARGUMENTS) -> "Environment":
    """An environment of the task called `task`, constructed with `arguments`, whose episodes follow from `seed`.

    Raises:
        UserError: if there is no such task, or it can't be constructed.
    """
    return Environment(find_task(task, arguments), seed)


def forget_tasks() -> None:
    """Forgets all tasks' sizes and whether their episodes repeat, since a notebook may have changed their code."""
    forget_sizes()
    repeats.cache_clear()


class Environment(dm_env.Environment):
    """Plays one task, with float32 observations `[O]` and actions `[A]`, which are clipped to [-1, 1].

    Episode k (from 0) is seeded with `SeedSequence([seed, k])`. The episode is a function of that seed and the actions,
    unless `repeats` is False. The time limit truncates (discount 1); the task's own end terminates (discount
    0) and takes precedence.

    Attributes:
        task: the task that this environment plays.
        episode_seed: seed of the current episode; None before the first.
    """

    def __init__(self, task: Task, seed: int):
        """Constructs the simulation; `make_environment` does the same by the task's name."""
        self.task = task
        self._seed = seed
        self._next_episode = 0
        self.episode_seed: int | None = None
        self._actions: list[np.ndarray] = []
        self._timestep: dm_env.TimeStep | None = None
        self._simulation = make_simulation(task)
        self._action_spec = specs.BoundedArray((task.action_size,), np.float32, -1.0, 1.0, name="action")

    @property
    def repeats(self) -> bool:
        """True if an episode is a function of its seed and actions, so that `restore` can replay it.

        The first call plays a short test of a third-party task.
        """
        return self.task.must_repeat or repeats(self.task)

    @property
    def frame_seconds(self) -> float:
        """Simulated seconds in one environment step."""
        return self._simulation.frame_seconds

    @property
    def dimensions(self) -> Dimensions:
        """Meaning of each number of an observation `[O]` and of an action `[A]`."""
        return self._simulation.dimensions

    @property
    def reward_parts(self) -> Metrics:
        """Parts of the last step's reward by name, which sum to that reward; empty before an episode's first step."""
        if self._timestep is None or self._timestep.first():
            return {}
        return self._simulation.reward_parts or {"reward": float(self._timestep.reward)}

    def reset(self, episode_seed: int | None = None) -> dm_env.TimeStep:
        """Starts the next episode, or the one seeded with `episode_seed`, which is not counted.

        Raises:
            RunError: if a third-party environment fails, or the observation is not finite.
        """
        if episode_seed is None:
            sequence = np.random.SeedSequence([self._seed, self._next_episode])
            episode_seed = int(sequence.generate_state(1)[0])
            self._next_episode += 1
        self.episode_seed = episode_seed
        self._actions = []
        observation = np.asarray(self._simulation.reset(episode_seed), np.float32)
        check_finite(observation)
        self._timestep = dm_env.restart(observation)
        return self._timestep

    def step(self, action: np.ndarray) -> dm_env.TimeStep:
        """Applies `action` `[A]`; before the first episode and after a last timestep, starts the next episode instead.

        Raises:
            ValueError: if `action` has another shape or an element that is not finite.
            RunError: if a third-party environment fails, or the observation or the reward is not finite.
        """
        if self._timestep is None or self._timestep.last():
            return self.reset()
        action = self._clipped(action)
        self._actions.append(action)
        outcome = self._simulation.step(action)
        observation = np.asarray(outcome.observation, np.float32)
        check_finite(observation, outcome.reward)
        truncated = outcome.truncated or len(self._actions) >= self.task.max_episode_steps
        self._timestep = dm_env.TimeStep(
            step_type=dm_env.StepType.LAST if outcome.terminated or truncated else dm_env.StepType.MID,
            reward=np.float32(outcome.reward),
            discount=np.float32(0.0 if outcome.terminated else 1.0),
            observation=observation,
        )
        return self._timestep

    def save(self) -> State:
        """The count of episodes, and the seed and actions `[t, A]` of the current episode, if the task repeats.

        The state also has what `restore` checks the replay with: whether the timestep was the last, and for a
        third-party task, the observation.
        """
        actions = observation = None
        if self._timestep is not None and self.repeats:
            actions = np.array(self._actions, np.float32).reshape(-1, *self._action_spec.shape)
            observation = None if self.task.must_repeat else self._timestep.observation
        return {
            "next_episode": self._next_episode,
            "episode_seed": self.episode_seed,
            "actions": actions,
            "observation": observation,
            "is_last": self._timestep is not None and self._timestep.last(),
        }

    def restore(self, state: State) -> dm_env.TimeStep | None:
        """Replays the episode of a saved state; returns the timestep that was current.

        The result is bit-identical on any machine with the same floating point.

        Returns:
            The timestep, or None if no episode had begun or its replay fails; the next step then begins an episode.
        """
        if state["actions"] is None or not self._replayed(state):
            self.episode_seed = self._timestep = None
        self._next_episode = int(state["next_episode"])
        return self._timestep

    def render(self, width: int, height: int) -> np.ndarray:
        """A picture of the current state, uint8 `[height, width, 3]`; does not change the simulation."""
        return self._simulation.render(width, height)

    def observation_spec(self) -> specs.Array:
        """Float32 `[O]`, bounded if every dimension is."""
        low, high = np.transpose([(one.low, one.high) for one in self.dimensions.observation])
        if np.isfinite(low).all() and np.isfinite(high).all():
            return specs.BoundedArray(low.shape, np.float32, low, high, name="observation")
        return specs.Array(low.shape, np.float32, name="observation")

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
        """Ends the simulation; a second call does nothing."""
        self._simulation.close()

    def _replayed(self, state: State) -> bool:
        """Replays the episode of a saved state; True if that leads to the saved observation, and ends where it did."""
        try:
            timestep = self.reset(int(state["episode_seed"]))
            for action in state["actions"]:
                timestep = self.step(action)
        except RunError:  # Other people's code, which may have changed since.
            return False
        expected = state.get("observation")
        has_same_end = state.get("is_last", timestep.last()) == timestep.last()
        return expected is None or (has_same_end and np.array_equal(expected, timestep.observation))

    def _clipped(self, action: np.ndarray) -> np.ndarray:
        action = np.asarray(action, np.float32)
        if action.shape != self._action_spec.shape:
            raise ValueError(f"action has shape {action.shape}: {self.task.name} takes {self._action_spec.shape}")
        if not np.isfinite(action).all():
            raise ValueError(f"action = {action.tolist()}: every element must be a finite number")
        return np.minimum(np.maximum(action, -1.0), 1.0)

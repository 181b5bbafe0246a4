"""Sums over the running episode."""

import dm_env

from walker_rl.types import Metrics, State


class EpisodeStatistics:
    """Return, length and parts of the reward of one episode."""

    def __init__(self) -> None:
        """Starts at zero."""
        self._episode_return = 0.0
        self._episode_length = 0
        self._reward_parts: Metrics = {}

    def add(self, timestep: dm_env.TimeStep, reward_parts: Metrics) -> None:
        """Counts one step."""
        self._episode_return += float(timestep.reward)
        self._episode_length += 1
        for name, value in reward_parts.items():
            self._reward_parts[name] = self._reward_parts.get(name, 0.0) + value

    def row(self) -> Metrics:
        """The episode's sums as columns of a row."""
        parts = {f"return_{name}": value for name, value in self._reward_parts.items()}
        return {"episode_return": self._episode_return, "episode_length": self._episode_length, **parts}

    def save(self) -> State:
        """The sums so far."""
        return {
            "episode_return": self._episode_return,
            "episode_length": self._episode_length,
            "reward_parts": dict(self._reward_parts),
        }

    def restore(self, state: State) -> None:
        """Goes on from what `save` returned."""
        self._episode_return = state["episode_return"]
        self._episode_length = state["episode_length"]
        self._reward_parts = {name: float(part) for name, part in state["reward_parts"].items()}

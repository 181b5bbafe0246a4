"""Sums over the running episode."""

from __future__ import annotations

import dataclasses

import dm_env

from walker_rl.types import Metrics, State


@dataclasses.dataclass
class EpisodeStatistics:
    """Return, length and reward parts of one episode; `save` returns its fields."""

    episode_return: float = 0.0
    episode_length: int = 0
    reward_parts: Metrics = dataclasses.field(default_factory=dict)

    def add(self, timestep: dm_env.TimeStep, reward_parts: Metrics) -> None:
        """Adds one step."""
        self.episode_return += float(timestep.reward)
        self.episode_length += 1
        for name, value in reward_parts.items():
            self.reward_parts[name] = self.reward_parts.get(name, 0.0) + value

    def row(self) -> Metrics:
        """Returns the episode's sums as columns of a row."""
        parts = {f"return_{name}": value for name, value in self.reward_parts.items()}
        return {"episode_return": self.episode_return, "episode_length": self.episode_length, **parts}

    def save(self) -> State:
        """Returns the sums so far."""
        return dataclasses.asdict(self)

    @classmethod
    def restored(cls, state: State) -> EpisodeStatistics:
        """Continues from what `save` returned."""
        parts = {name: float(part) for name, part in state["reward_parts"].items()}
        return cls(state["episode_return"], state["episode_length"], parts)

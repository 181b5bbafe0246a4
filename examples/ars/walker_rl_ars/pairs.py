"""Pairs of episodes, one in a direction and one in its opposite, as they are played and recorded."""

import dataclasses
from typing import Any, NamedTuple

import dm_env
import numpy as np

from walker_rl.agents.acting import Actor
from walker_rl.interfaces import VariableSource
from walker_rl.policies.numpy_policy import PolicyArchitecture
from walker_rl.replay.item_adder import ItemAdder
from walker_rl.replay.layout import Layout
from walker_rl.types import State, Variables


class Pair(NamedTuple):
    """Two episodes.

    Attributes:
        direction: standard normal direction in the space of weights, `[..., P]`.
        up: return of the episode with `weights + sigma direction`, `[...]`.
        down: return of the episode with `weights - sigma direction`, `[...]`.
    """

    direction: Any
    up: Any
    down: Any


@dataclasses.dataclass(frozen=True)
class PairLayout(Layout):
    """One pair as a row of `P + 2` floats."""

    num_weights: int

    @property
    def row_size(self) -> int:
        """Floats in a row."""
        return self.num_weights + 2

    def unpack(self, rows: np.ndarray) -> Pair:
        """Returns views of `rows` as the fields of pairs."""
        return Pair(rows[..., :-2], rows[..., -2], rows[..., -1])


class PairPolicy:
    """Plays an episode in a random direction, and the next one in its opposite.

    Attributes:
        direction: direction of the current pair, `[P]`.
        sign: 1 in the pair's first episode, -1 in its second.
    """

    def __init__(self, architecture: PolicyArchitecture, sigma: float, seed: int):
        """Makes a policy without weights."""
        self._architecture = architecture
        self._policy = architecture.make_policy()
        self._sigma = np.float32(sigma)
        self._random = np.random.default_rng(seed)
        self._newest = self._middle = self.direction = np.empty(0, np.float32)
        self.sign = -1

    def update(self, variables: Variables) -> None:
        """Replaces the weights around which directions are drawn; takes effect with the next pair."""
        self._newest = np.concatenate([np.ravel(variables[name]) for name in self._architecture.variable_shapes()])

    def begin_episode(self) -> None:
        """Begins the second episode of a pair, or a new pair."""
        self.sign = -self.sign
        if self.sign == 1:
            self._middle = self._newest
            self.direction = self._random.standard_normal(len(self._middle), np.float32)
        self._play()

    def action(self, observation: np.ndarray) -> np.ndarray:
        """An action in [-1, 1], float32 `[A]`."""
        return self._policy.action(observation)

    def save(self) -> State:
        """The current pair and the state of the random generator."""
        pair = {"middle": self._middle, "direction": self.direction, "sign": self.sign}
        return {**pair, "random": self._random.bit_generator.state}

    def restore(self, state: State) -> None:
        """Restores the state that `save` returned."""
        self._middle, self.direction, self.sign = state["middle"], state["direction"], state["sign"]
        self._random.bit_generator.state = state["random"]
        if len(self._middle):
            self._play()

    def _play(self) -> None:
        weights = self._middle + self.sign * self._sigma * self.direction
        self._policy.update(self._architecture.split_weights(weights))


class PairActor(Actor):
    """Sums each episode's rewards, and records every second episode together with the one before it."""

    _policy: PairPolicy
    _adder: ItemAdder

    def __init__(self, policy: PairPolicy, adder: ItemAdder, variable_source: VariableSource):
        """Makes an actor with the current weights of the variable source."""
        super().__init__(policy, adder, variable_source)
        self._up = self._return = 0.0
        self._is_playing = False

    def select_action(self, observation: np.ndarray) -> np.ndarray:
        """The policy's action, float32 `[A]`."""
        return self._policy.action(observation)

    def observe_first(self, timestep: dm_env.TimeStep) -> None:
        """Begins an episode; of a new pair if the last one is unfinished, as after a resume that can't replay it."""
        if self._is_playing:
            self._policy.sign = -1
        super().observe_first(timestep)
        self._up, self._return, self._is_playing = self._return, 0.0, True

    def observe(self, action: np.ndarray, next_timestep: dm_env.TimeStep) -> None:
        """Adds one step's reward; records the pair at the end of its second episode."""
        self._return += float(next_timestep.reward)
        self._is_playing = not next_timestep.last()
        if next_timestep.last() and self._policy.sign == -1:
            self._adder.add(Pair(self._policy.direction, self._up, self._return))

    def save(self) -> State:
        """The actor's state, without the newest weights."""
        scores = {"up": self._up, "return": self._return, "is_playing": self._is_playing}
        return {**super().save(), **scores}

    def restore(self, state: State) -> None:
        """Restores the state that `save` returned."""
        super().restore(state)
        self._up, self._return, self._is_playing = state["up"], state["return"], state["is_playing"]

"""n-step transitions from single steps."""

from collections import deque
from typing import NamedTuple

import dm_env
import numpy as np

from walker_rl.replay.interface import Sink
from walker_rl.replay.layout import TransitionLayout
from walker_rl.types import State, Transition


class _Step(NamedTuple):
    observation: np.ndarray
    action: np.ndarray
    reward: float
    discount: float


class NStepAdder:
    """Turns an actor's steps into n-step transitions and inserts them.

    Each step `t` of an episode of `T` steps yields one transition over `k = min(n_step, T - t)` steps:

        reward = sum_{i<k} (prod_{j<i} discount d_{t+j}) r_{t+i},   discount = prod_{j<k} discount d_{t+j}

    with `d` the environment's discount: 0 on termination, 1 otherwise, so a truncated episode bootstraps from
    its last observation. (Barth-Maron et al. 2018, equation 2; `Transition.discount` holds the whole factor.)
    """

    def __init__(self, sink: Sink, layout: TransitionLayout, n_step: int, discount: float):
        """Makes an adder for one actor, which packs by `layout` into `sink`; `discount` is the agent's."""
        self._sink = sink
        self._layout = layout
        self._n_step = n_step
        self._discount = discount
        self._window: deque[_Step] = deque(maxlen=n_step)
        self._observation: np.ndarray | None = None

    @property
    def awaits_episode(self) -> bool:
        """True if no episode has begun, or the last one has ended."""
        return self._observation is None

    def add_first(self, timestep: dm_env.TimeStep) -> None:
        """Begins an episode; an unfinished one counts as truncated."""
        if len(self._window) == self._n_step:
            self._window.popleft()  # It is inserted already.
        self._insert_all()
        self._observation = timestep.observation

    def add(self, action: np.ndarray, next_timestep: dm_env.TimeStep) -> None:
        """Records one step, and inserts each transition that it completes.

        Raises:
            RuntimeError: if no episode has begun.
        """
        if self._observation is None:
            raise RuntimeError("add_first must be called before add")
        self._window.append(
            _Step(self._observation, action, float(next_timestep.reward), float(next_timestep.discount))
        )
        self._observation = next_timestep.observation
        if next_timestep.last():
            self._insert_all()
            self._observation = None
        elif len(self._window) == self._n_step:
            self._insert_oldest()

    def save(self) -> State:
        """The open window, and the observation that the next step starts from."""
        return {
            "observation": self._observation,
            "observations": np.array([step.observation for step in self._window], np.float32),
            "actions": np.array([step.action for step in self._window], np.float32),
            "rewards": [step.reward for step in self._window],
            "discounts": [step.discount for step in self._window],
        }

    def restore(self, state: State) -> None:
        """Restores the state that `save` returned.

        Raises:
            TypeError, ValueError: if the state has another form.
        """
        observation_size, action_size = self._layout.observation_size, self._layout.action_size
        observation = state["observation"]
        self._observation = None if observation is None else np.float32(observation).reshape(observation_size)
        steps = zip(state["observations"], state["actions"], state["rewards"], state["discounts"], strict=True)
        self._window.clear()
        for observation, action, reward, discount in steps:
            vectors = observation.reshape(observation_size), action.reshape(action_size)
            self._window.append(_Step(*vectors, float(reward), float(discount)))

    def _insert_all(self) -> None:
        while self._window:
            self._insert_oldest()
            self._window.popleft()

    def _insert_oldest(self) -> None:
        n_step_reward, n_step_discount = 0.0, 1.0
        for step in reversed(self._window):
            factor = self._discount * step.discount
            n_step_reward = step.reward + factor * n_step_reward
            n_step_discount *= factor
        oldest = self._window[0]
        transition = Transition(oldest.observation, oldest.action, n_step_reward, n_step_discount, self._observation)
        self._sink.insert(self._layout.row(transition))

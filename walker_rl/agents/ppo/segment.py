"""Segments, from which PPO learns: consecutive steps of one actor."""

import dataclasses
from typing import Any, NamedTuple

import dm_env
import numpy as np

from walker_rl.replay.interface import Sink
from walker_rl.replay.layout import Layout
from walker_rl.types import State


class Segment(NamedTuple):
    """`T` consecutive steps, which may belong to several episodes.

    Attributes:
        observation: `s_t`, float32 `[..., T, O]`.
        action: unclipped sample, `[..., T, A]`.
        next_observation: observation after the step, including the last of an episode, `[..., T, O]`.
        reward: reward of the step, `[..., T]`.
        discount: the agent's discount, or 0 where the step terminated the episode, `[..., T]`.
        is_last: 1 where the step ended its episode, by termination or truncation, `[..., T]`.
        log_density: log-density of the action under the policy that took it, `[..., T]`.
        return_so_far: discounted sum of the episode's rewards up to this one, `[..., T]`.
    """

    observation: Any
    action: Any
    next_observation: Any
    reward: Any
    discount: Any
    is_last: Any
    log_density: Any
    return_so_far: Any


@dataclasses.dataclass(frozen=True)
class SegmentLayout(Layout):
    """One segment as a row of `T (2 O + A + 5)` floats."""

    observation_size: int
    action_size: int
    unroll_length: int

    @property
    def step_size(self) -> int:
        """Floats of one step."""
        return 2 * self.observation_size + self.action_size + 5

    @property
    def row_size(self) -> int:
        """Floats in a row."""
        return self.unroll_length * self.step_size

    def unpack(self, rows: np.ndarray) -> Segment:
        """Views of `rows` as the fields of segments."""
        steps = rows.reshape(*rows.shape[:-1], self.unroll_length, self.step_size)
        action_begin, action_end = self.observation_size, self.observation_size + self.action_size
        next_end = action_end + self.observation_size
        return Segment(
            steps[..., :action_begin],
            steps[..., action_begin:action_end],
            steps[..., action_end:next_end],
            *(steps[..., next_end + index] for index in range(5)),
        )


class SegmentAdder:
    """Collects an actor's steps and inserts each complete segment."""

    def __init__(self, sink: Sink, layout: SegmentLayout, discount: float):
        """Makes an adder for one actor, which packs segments by `layout` into `sink`; `discount` is the agent's."""
        self._sink = sink
        self._layout = layout
        self._discount = discount
        self._steps: list[tuple[Any, ...]] = []
        self._observation: np.ndarray | None = None
        self._return_so_far = 0.0

    @property
    def awaits_episode(self) -> bool:
        """True if no episode has begun, or the last one has ended."""
        return self._observation is None

    def add_first(self, timestep: dm_env.TimeStep) -> None:
        """Begins an episode; an unfinished one counts as truncated."""
        if self._steps and self._observation is not None:
            *step, _, log_density, return_so_far = self._steps[-1]
            self._steps[-1] = (*step, 1.0, log_density, return_so_far)
        self._observation = timestep.observation
        self._return_so_far = 0.0

    def add(self, action: np.ndarray, log_density: float, next_timestep: dm_env.TimeStep) -> None:
        """Records one step, and inserts the segment that it completes.

        Raises:
            RuntimeError: if no episode has begun.
        """
        if self._observation is None:
            raise RuntimeError("add_first must be called before add")
        reward, discount = float(next_timestep.reward), self._discount * float(next_timestep.discount)
        self._return_so_far = reward + self._discount * self._return_so_far
        is_last = float(next_timestep.last())
        step = (self._observation, action, next_timestep.observation, reward, discount, is_last, log_density)
        self._steps.append((*step, self._return_so_far))
        self._observation = None if is_last else next_timestep.observation
        if len(self._steps) == self._layout.unroll_length:
            self._sink.insert(self._layout.row(self._segment()))
            self._steps.clear()

    def save(self) -> State:
        """The steps of the open segment, the episode's last observation, and its return so far."""
        return {
            "observation": self._observation,
            "return_so_far": self._return_so_far,
            "steps": dict(self._segment()._asdict()) if self._steps else {},
        }

    def restore(self, state: State) -> None:
        """Restores the state that `save` returned.

        Raises:
            TypeError, ValueError: if the state has another form.
        """
        observation, size = state["observation"], self._layout.observation_size
        self._observation = None if observation is None else np.float32(observation).reshape(size)
        self._return_so_far = state["return_so_far"]
        columns = [np.float32(state["steps"].get(name, ())) for name in Segment._fields]
        self._steps = list(zip(*columns, strict=True))
        shapes = [np.shape(value) for value in (self._steps or [()])[0]]
        if self._steps and shapes != [(size,), (self._layout.action_size,), (size,), *[()] * 5]:
            raise ValueError(f"the steps of a segment have shapes {shapes}")

    def _segment(self) -> Segment:
        return Segment(*(np.array(column, np.float32) for column in zip(*self._steps, strict=True)))

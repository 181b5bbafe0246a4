"""The contract of an agent.

Only `make_networks`, `make_learner` and a Reverb replay import TensorFlow, so an actor starts without it.
"""

from __future__ import annotations

import abc
from collections.abc import Iterator
from typing import Any, Generic, TypeVar

import numpy as np

from walker_rl.agents.acting import Actor
from walker_rl.agents.learner import Learner
from walker_rl.interfaces import EnvironmentSpec, VariableSource
from walker_rl.policies.architecture import Architecture
from walker_rl.replay.interface import Replay, Sink
from walker_rl.replay.layout import Layout

ConfigT = TypeVar("ConfigT")


class Builder(abc.ABC, Generic[ConfigT]):
    """Makes the parts of an agent for one kind of environment.

    Every part takes its own seed, so none depends on the order in which they are made. No part knows which runner
    holds it. An adder inserts items into the replay, such as transitions.
    """

    def __init__(self, config: ConfigT, spec: EnvironmentSpec):
        """Stores the agent's hyperparameters and the spec of environments with flat observations and actions."""
        self.config = config
        self.spec = spec

    @property
    def sizes(self) -> tuple[int, int]:
        """Sizes of an observation and of an action."""
        return int(np.prod(self.spec.observations.shape)), int(np.prod(self.spec.actions.shape))

    @property
    def num_environments(self) -> int:
        """Number of environments that one process steps in turn, each with its own actor.

        More than one needs actors without schedules, because an actor counts only its own steps.
        """
        return 1

    @property
    @abc.abstractmethod
    def architecture(self) -> Architecture:
        """The shape of the policy."""

    @property
    @abc.abstractmethod
    def num_bytes(self) -> float:
        """Bytes that training needs at least, estimated from the configuration without allocating any."""

    @abc.abstractmethod
    def make_networks(self, seed: int) -> Any:
        """Networks or parameters for the learner, with initial values and an `architecture`."""

    @abc.abstractmethod
    def make_learner(self, networks: Any, dataset: Iterator[np.ndarray], seed: int) -> Learner:
        """A learner that trains `networks` and serves their variables."""

    @abc.abstractmethod
    def make_policy(self, seed: int, noise_scale: float = 1.0) -> Any:
        """An actor's exploring policy, with its noise multiplied by `noise_scale`."""

    @property
    @abc.abstractmethod
    def layout(self) -> Layout:
        """Layout of an item in a row of floats."""

    @abc.abstractmethod
    def make_replay(self, home: str, seed: int) -> Replay:
        """An empty replay in `home`, "arrays" or "reverb".

        Raises:
            UserError: if memory is too small, or the agent does not support `home`.
        """

    @abc.abstractmethod
    def make_adder(self, sink: Sink) -> Any:
        """An adder that inserts an actor's steps into `sink`, in this process or remote."""

    @abc.abstractmethod
    def make_dataset(self, replay: Replay) -> Iterator[np.ndarray]:
        """Batches of items, one per call of the learner's `step`."""

    @abc.abstractmethod
    def make_actor(self, policy: Any, adder: Any, variable_source: VariableSource, seed: int) -> Actor:
        """An actor that takes its weights from `variable_source`."""

    @abc.abstractmethod
    def steps_due(self, replay: Replay, learner_steps: int) -> int:
        """Number of calls of the learner's `step` that are due now."""

    @abc.abstractmethod
    def samples_per_insert(self, num_inserted: int, learner_steps: int) -> float | None:
        """Average number of samples per item; None before sampling is due."""

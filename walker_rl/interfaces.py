"""Acme's interfaces: its own classes if Acme is installed, else equal ones."""

import abc
import itertools
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import dm_env

from walker_rl.stack import HAS_ACME

if not TYPE_CHECKING and HAS_ACME:
    from acme import Actor, VariableSource
    from acme.core import Learner
    from acme.specs import EnvironmentSpec
    from acme.utils.loggers import Logger
else:

    class Actor(abc.ABC):
        """Acts in an environment and observes the results."""

        @abc.abstractmethod
        def select_action(self, observation: Any) -> Any:
            """Returns the action for an observation."""

        @abc.abstractmethod
        def observe_first(self, timestep: dm_env.TimeStep) -> None:
            """Observes the first timestep of an episode."""

        @abc.abstractmethod
        def observe(self, action: Any, next_timestep: dm_env.TimeStep) -> None:
            """Observes an action and the timestep after it."""

        @abc.abstractmethod
        def update(self, wait: bool = False) -> None:
            """Fetches new weights; with `wait`, blocks until they arrive."""

    class VariableSource(abc.ABC):
        """Serves variables by name."""

        @abc.abstractmethod
        def get_variables(self, names: Sequence[str]) -> list[Any]:
            """Returns a nest of arrays for each name."""

    class Learner(VariableSource):
        """Learns step by step."""

        @abc.abstractmethod
        def step(self) -> Any:
            """Updates once."""

        def run(self, num_steps: int | None = None) -> None:
            """Calls `step` `num_steps` times, or forever by default."""
            for _ in itertools.count() if num_steps is None else range(num_steps):
                self.step()

        def save(self) -> Any:
            """Returns the learner's state."""
            raise NotImplementedError

        def restore(self, state: Any) -> None:
            """Restores a state that `save` returned."""
            raise NotImplementedError

    class Logger(abc.ABC):
        """Writes rows of named values."""

        @abc.abstractmethod
        def write(self, data: Mapping[str, Any]) -> None:
            """Writes a row."""

        @abc.abstractmethod
        def close(self) -> None:
            """Closes the logger."""

    class EnvironmentSpec(NamedTuple):
        """Specs of an environment's observations, actions, rewards and discounts."""

        observations: Any
        actions: Any
        rewards: Any
        discounts: Any


__all__ = ["Actor", "EnvironmentSpec", "Learner", "Logger", "VariableSource"]

"""The contract of an actor, and the base class of actors whose adder takes every step."""

import abc
from typing import Any

import dm_env

from walker_rl import interfaces
from walker_rl.interfaces import VariableSource
from walker_rl.types import State


class Actor(interfaces.Actor, abc.ABC):
    """Acts in one environment and records what it learns from; can be stopped and resumed."""

    def __init__(self, policy: Any, adder: Any, variable_source: VariableSource):
        """Makes an actor with the variable source's present "policy" weights."""
        self._policy = policy
        self._adder = adder
        self._variable_source = variable_source
        self.update()

    @property
    def awaits_episode(self) -> bool:
        """True if it can observe no step before the next `observe_first`."""
        return False

    def observe_first(self, timestep: dm_env.TimeStep) -> None:
        """Begins an episode."""
        self._policy.begin_episode()

    def update(self, wait: bool = False) -> None:
        """Fetches the policy's weights; it waits for them, whatever Acme's `wait` says."""
        self._policy.update(self._variable_source.get_variables(["policy"])[0])

    def set_num_inserted(self, num_inserted: int) -> None:
        """Sets the number of items that the learner has from all actors, which schedules follow."""

    def save(self) -> State:
        """The state without the weights."""
        return {"policy": self._policy.save()}

    def restore(self, state: State) -> None:
        """Restores the state that `save` returned."""
        self._policy.restore(state["policy"])
        self.update()


class StepActor(Actor):
    """An actor whose adder takes every step, and makes the items itself."""

    @property
    def awaits_episode(self) -> bool:
        """True if no episode has begun, or the last one has ended."""
        return bool(self._adder.awaits_episode)

    def observe_first(self, timestep: dm_env.TimeStep) -> None:
        """Begins an episode."""
        super().observe_first(timestep)
        self._adder.add_first(timestep)

    def save(self) -> State:
        """The state without the weights."""
        return {**super().save(), "adder": self._adder.save()}

    def restore(self, state: State) -> None:
        """Restores the state that `save` returned."""
        super().restore(state)
        self._adder.restore(state["adder"])

"""The actor of every agent that learns from replayed transitions."""

import dm_env
import numpy as np

from walker_rl.agents.acting import StepActor
from walker_rl.agents.policies import BehaviourPolicy
from walker_rl.interfaces import VariableSource
from walker_rl.replay.n_step import NStepAdder
from walker_rl.types import State


class OffPolicyActor(StepActor):
    """Acts, explores and records; some steps take uniform random actions.

    It acts with the learner's *online* policy, in local and distributed runs alike.
    """

    _policy: BehaviourPolicy
    _adder: NStepAdder

    def __init__(
        self,
        policy: BehaviourPolicy,
        adder: NStepAdder,
        variable_source: VariableSource,
        action_size: int,
        random_steps: range,
        seed: int,
    ):
        """Extends the base class; actions in the training steps `random_steps` are uniformly random, from `seed`."""
        super().__init__(policy, adder, variable_source)
        self._action_size = action_size
        self._random_steps = random_steps
        self._random = np.random.default_rng(seed)
        self._actor_steps = 0

    def select_action(self, observation: np.ndarray) -> np.ndarray:
        """An exploring action in [-1, 1], float32 `[A]`."""
        if self._actor_steps in self._random_steps:
            return self._random.uniform(-1.0, 1.0, self._action_size).astype(np.float32)
        return self._policy.action(observation, self._actor_steps)

    def observe(self, action: np.ndarray, next_timestep: dm_env.TimeStep) -> None:
        """Records one step."""
        self._adder.add(action, next_timestep)
        self._actor_steps += 1

    def set_num_inserted(self, num_inserted: int) -> None:
        """Sets the number of items that the learner has from all actors, which schedules and random actions follow."""
        self._actor_steps = num_inserted

    def save(self) -> State:
        """The state without the weights."""
        return {**super().save(), "actor_steps": self._actor_steps, "random": self._random.bit_generator.state}

    def restore(self, state: State) -> None:
        """Restores the state that `save` returned."""
        super().restore(state)
        self._actor_steps = state["actor_steps"]
        self._random.bit_generator.state = state["random"]

"""The gait's actor, which plays a new candidate in each episode."""

import dm_env
import numpy as np

from walker_rl.agents.acting import Actor
from walker_rl.agents.gait.trial import Trial
from walker_rl.interfaces import VariableSource
from walker_rl.policies.sinusoids import SinusoidArchitecture, SinusoidPolicy
from walker_rl.replay.item_adder import ItemAdder
from walker_rl.types import State, Variables


class CandidatePolicy:
    """Plays a formula with parameters drawn for each episode from the search's distribution.

    Attributes:
        parameters: parameters of the current episode, `[P]`.
    """

    def __init__(self, architecture: SinusoidArchitecture, seed: int, noise_scale: float):
        """Makes a policy without parameters; `noise_scale` multiplies the spread of its candidates."""
        self._architecture = architecture
        self._policy = SinusoidPolicy(architecture)
        self._noise_scale = noise_scale
        self._random = np.random.default_rng(seed)
        self._variables: Variables = {}
        self.parameters = np.zeros(architecture.num_parameters)

    def update(self, variables: Variables) -> None:
        """Replaces the candidates' mean and spread, from the next episode on."""
        self._variables = {name: np.array(value, np.float64) for name, value in variables.items()}

    def begin_episode(self) -> None:
        """Begins an episode with a new candidate."""
        middle = np.concatenate([self._variables[name] for name in self._architecture.parameter_shapes()])
        noise = self._random.standard_normal(len(middle))
        self._play(middle + self._noise_scale * self._variables["deviation"] @ noise)

    def action(self, observation: np.ndarray) -> np.ndarray:
        """The formula's action for the next step, float32 `[A]`."""
        return self._policy.action(observation)

    def save(self) -> State:
        """The candidate, the step of its episode, and the state of the random numbers."""
        return {"random": self._random.bit_generator.state, "parameters": self.parameters, "step": self._policy.step}

    def restore(self, state: State) -> None:
        """Restores the state that `save` returned."""
        self._random.bit_generator.state = state["random"]
        self._play(state["parameters"])
        self._policy.begin_episode(state["step"])

    def _play(self, parameters: np.ndarray) -> None:
        self.parameters = parameters
        zeros = np.zeros(self._architecture.variable_shapes()["deviation"])
        vector = np.concatenate([parameters, zeros.ravel()])
        self._policy.update(self._architecture.split_weights(vector))
        self._policy.begin_episode()


class GaitActor(Actor):
    """Plays candidates and records the score of each."""

    _policy: CandidatePolicy
    _adder: ItemAdder

    def __init__(self, policy: CandidatePolicy, adder: ItemAdder, variable_source: VariableSource, step_cost: float):
        """Extends the base class; `step_cost` is subtracted from each reward."""
        super().__init__(policy, adder, variable_source)
        self._step_cost = step_cost
        self._score = 0.0

    def select_action(self, observation: np.ndarray) -> np.ndarray:
        """The candidate's action, float32 `[A]`."""
        return self._policy.action(observation)

    def observe_first(self, timestep: dm_env.TimeStep) -> None:
        """Begins an episode."""
        super().observe_first(timestep)
        self._score = 0.0

    def observe(self, action: np.ndarray, next_timestep: dm_env.TimeStep) -> None:
        """Adds one step's reward to the score, and records the episode at its end."""
        self._score += float(next_timestep.reward) - self._step_cost
        if next_timestep.last():
            self._adder.add(Trial(self._policy.parameters, self._score))

    def save(self) -> State:
        """The state without the weights."""
        return {**super().save(), "score": self._score}

    def restore(self, state: State) -> None:
        """Restores the state that `save` returned."""
        super().restore(state)
        self._score = state["score"]

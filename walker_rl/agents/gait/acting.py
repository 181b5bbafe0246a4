"""The gait's actor: another candidate in each episode."""

import acme
import dm_env
import numpy as np

from walker_rl.agents.acting import Actor
from walker_rl.agents.gait.trial import TrialAdder
from walker_rl.policies.sinusoids import SinusoidArchitecture, SinusoidPolicy
from walker_rl.types import State, Variables


class CandidatePolicy:
    """Plays a formula whose parameters are drawn anew for each episode, from what the search has come to."""

    def __init__(self, architecture: SinusoidArchitecture, seed: int, noise_scale: float = 1.0):
        """Makes a policy without parameters, which spreads its candidates by `noise_scale` times what it is told."""
        self._architecture = architecture
        self._policy = SinusoidPolicy(architecture)
        self._noise_scale = noise_scale
        self._random = np.random.default_rng(seed)
        self._variables: Variables = {}
        self._parameters = np.zeros(architecture.num_parameters)

    @property
    def parameters(self) -> np.ndarray:
        """This episode's, `[P]`."""
        return self._parameters

    def update(self, variables: Variables) -> None:
        """Takes a new middle and spread, for the episodes that begin from now on."""
        self._variables = {name: np.array(value, np.float64) for name, value in variables.items()}

    def begin_episode(self) -> None:
        """Draws a candidate."""
        middle = np.concatenate([self._variables[name] for name in self._architecture.parameter_shapes()])
        noise = self._random.standard_normal(len(middle))
        self._play(middle + self._noise_scale * self._variables["deviation"] @ noise)

    def action(self, observation: np.ndarray) -> np.ndarray:
        """What the formula says for the next step."""
        return self._policy.action(observation)

    def save(self) -> State:
        """The candidate, how far its episode is, and the random numbers."""
        return {"random": self._random.bit_generator.state, "parameters": self._parameters, "step": self._policy.step}

    def restore(self, state: State) -> None:
        """Goes on from what `save` returned."""
        self._random.bit_generator.state = state["random"]
        self._play(state["parameters"])
        self._policy.begin_episode(state["step"])

    def _play(self, parameters: np.ndarray) -> None:
        self._parameters = parameters
        zeros = np.zeros(self._architecture.variable_shapes()["deviation"])
        vector = np.concatenate([parameters, zeros.ravel()])
        self._policy.update(self._architecture.split_weights(vector))
        self._policy.begin_episode()


class GaitActor(Actor):
    """Plays candidates, and records what each returned."""

    def __init__(
        self, policy: CandidatePolicy, adder: TrialAdder, variable_source: acme.VariableSource, step_cost: float = 0.0
    ):
        """Makes an actor with the variable source's current weights.

        Args:
            policy: draws and plays candidates.
            adder: where the trials go.
            variable_source: knows the search's middle and spread by the name "policy".
            step_cost: taken from each reward.
        """
        self._policy = policy
        self._adder = adder
        self._variable_source = variable_source
        self._step_cost = step_cost
        self._score = 0.0
        self.update(wait=True)

    def select_action(self, observation: np.ndarray) -> np.ndarray:
        """What the candidate does, float32 `[A]`."""
        return self._policy.action(observation)

    def observe_first(self, timestep: dm_env.TimeStep) -> None:
        """Begins an episode."""
        self._policy.begin_episode()
        self._score = 0.0

    def observe(self, action: np.ndarray, next_timestep: dm_env.TimeStep) -> None:
        """Counts one step, and records the episode if it has ended."""
        self._score += float(next_timestep.reward) - self._step_cost
        if next_timestep.last():
            self._adder.add(self._policy.parameters, self._score)

    def update(self, wait: bool = False) -> None:
        """Fetches what the search has come to."""
        self._policy.update(self._variable_source.get_variables(["policy"])[0])

    def count_steps(self, actor_steps: int) -> None:
        """Nothing goes by the steps of training here."""

    def save(self) -> State:
        """All but the weights."""
        return {"policy": self._policy.save(), "score": self._score}

    def restore(self, state: State) -> None:
        """Goes on from what `save` returned."""
        self._policy.restore(state["policy"])
        self._score = state["score"]
        self.update(wait=True)

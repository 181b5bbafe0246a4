"""PPO's actor: it records how likely its actions were."""

import acme
import dm_env
import numpy as np

from walker_rl.agents.acting import Actor
from walker_rl.agents.exploration import UnitNoise
from walker_rl.agents.ppo.segment import SegmentAdder
from walker_rl.policies.architecture import PolicyArchitecture
from walker_rl.policies.numpy_policy import NumpyPolicy
from walker_rl.types import State, Variables

_LOG_SQRT_2PI = 0.5 * np.log(2 * np.pi)


class DensityPolicy:
    """A Gaussian policy that tells the density of its samples."""

    def __init__(self, architecture: PolicyArchitecture, seed: int, correlation: float = 0.0):
        """Makes a policy without weights; `correlation` is that of one sample's noise with the next's."""
        self._policy = NumpyPolicy(architecture)
        self._noise = UnitNoise(architecture.action_size, correlation, seed)

    def update(self, variables: Variables) -> None:
        """Takes new weights."""
        self._policy.update(variables)

    def begin_episode(self) -> None:
        """Draws noise that has nothing to do with the last episode's."""
        self._noise.reset()

    def sample(self, observation: np.ndarray) -> tuple[np.ndarray, float]:
        """A sample, not clipped, float32 `[A]`, for `observation` `[O]`, and the logarithm of its density."""
        mean, stddev = self._policy.distribution(observation)
        noise = self._noise.sample()
        log_density = float(np.sum(-0.5 * noise**2 - np.log(stddev) - _LOG_SQRT_2PI))
        return (mean + stddev * noise).astype(np.float32), log_density

    def bounded(self, sample: np.ndarray) -> np.ndarray:
        """The action in [-1, 1] that a sample stands for."""
        return self._policy.bounded(sample)

    def save(self) -> State:
        """The state of the noise."""
        return self._noise.save()

    def restore(self, state: State) -> None:
        """Goes on from what `save` returned."""
        self._noise.restore(state)


class OnPolicyActor(Actor):
    """Acts with the policy's samples, and records them with their densities."""

    def __init__(self, policy: DensityPolicy, adder: SegmentAdder, variable_source: acme.VariableSource):
        """Makes an actor with the variable source's current weights.

        Args:
            policy: chooses actions.
            adder: where the experience goes.
            variable_source: knows the weights by the name "policy".
        """
        self._policy = policy
        self._adder = adder
        self._variable_source = variable_source
        self._sample = np.zeros(0, np.float32)
        self._log_density = 0.0
        self.update(wait=True)

    def select_action(self, observation: np.ndarray) -> np.ndarray:
        """An exploring action in [-1, 1], float32 `[A]`."""
        self._sample, self._log_density = self._policy.sample(observation)
        return self._policy.bounded(self._sample)

    def observe_first(self, timestep: dm_env.TimeStep) -> None:
        """Begins an episode."""
        self._policy.begin_episode()
        self._adder.add_first(timestep)

    def observe(self, action: np.ndarray, next_timestep: dm_env.TimeStep) -> None:
        """Records the step of the action selected last."""
        self._adder.add(self._sample, self._log_density, next_timestep)

    def update(self, wait: bool = False) -> None:
        """Fetches the policy's weights."""
        self._policy.update(self._variable_source.get_variables(["policy"])[0])

    def count_steps(self, actor_steps: int) -> None:
        """Nothing goes by the steps of training here."""

    def save(self) -> State:
        """All but the weights."""
        return {"policy": self._policy.save(), "adder": self._adder.save()}

    def restore(self, state: State) -> None:
        """Goes on from what `save` returned."""
        self._policy.restore(state["policy"])
        self._adder.restore(state["adder"])
        self.update(wait=True)

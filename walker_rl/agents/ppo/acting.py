"""PPO's actor, which records the log-densities of its actions."""

import dm_env
import numpy as np

from walker_rl.agents.acting import StepActor
from walker_rl.agents.exploration import UnitNoise
from walker_rl.agents.policies import ExploringPolicy
from walker_rl.agents.ppo.segment import SegmentAdder
from walker_rl.policies.heads import LOG_SQRT_2PI
from walker_rl.policies.numpy_policy import PolicyArchitecture


class DensityPolicy(ExploringPolicy):
    """A Gaussian policy that returns its samples with their log-densities."""

    def __init__(self, architecture: PolicyArchitecture, seed: int, correlation: float):
        """Makes a policy without weights; `correlation` is the noise's autocorrelation between consecutive steps."""
        super().__init__(architecture, UnitNoise(architecture.action_size, correlation, seed))

    def sample(self, observation: np.ndarray) -> tuple[np.ndarray, float]:
        """An unclipped sample, float32 `[A]`, for `observation` `[O]`, and its log-density."""
        mean, stddev = self._policy.distribution(observation)
        noise = self._noise.sample()
        log_density = float(np.sum(-0.5 * noise**2 - np.log(stddev) - LOG_SQRT_2PI))
        return (mean + stddev * noise).astype(np.float32), log_density

    def bounded(self, sample: np.ndarray) -> np.ndarray:
        """Maps a sample to an action in [-1, 1]."""
        return self._policy.bounded(sample)


class OnPolicyActor(StepActor):
    """Acts with the policy's samples and records them with their log-densities."""

    _policy: DensityPolicy
    _adder: SegmentAdder

    def select_action(self, observation: np.ndarray) -> np.ndarray:
        """An exploring action in [-1, 1], float32 `[A]`."""
        self._sample, self._log_density = self._policy.sample(observation)
        return self._policy.bounded(self._sample)

    def observe(self, action: np.ndarray, next_timestep: dm_env.TimeStep) -> None:
        """Records the step of the action selected last."""
        self._adder.add(self._sample, self._log_density, next_timestep)

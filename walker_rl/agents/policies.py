"""Behaviour policies, which turn a network's output into exploring actions. NumPy only."""

from typing import Any, Protocol

import numpy as np

from walker_rl.agents.config import NetworkConfig
from walker_rl.agents.exploration import GaussianNoise, UnitNoise
from walker_rl.policies.numpy_policy import NumpyPolicy, PolicyArchitecture
from walker_rl.policies.torso import TorsoSpec
from walker_rl.schedules import Schedule, value_at
from walker_rl.types import State, Variables


def policy_architecture(config: NetworkConfig, sizes: tuple[int, int], head: str, **more: Any) -> PolicyArchitecture:
    """The policy's architecture, from `config` and a builder's `sizes`; `more` are other fields of the architecture."""
    return PolicyArchitecture(
        *sizes,
        torso=TorsoSpec(config.policy_hidden_sizes, config.layer_norm, config.activation),
        head=head,
        normalize=config.normalize_observations,
        **more,
    )


class BehaviourPolicy(Protocol):
    """Chooses exploring actions."""

    def update(self, variables: Variables) -> None:
        """Replaces the weights."""

    def begin_episode(self) -> None:
        """Begins an episode."""

    def action(self, observation: np.ndarray, actor_steps: int) -> np.ndarray:
        """An action in [-1, 1], float32 `[A]`, for `observation` `[O]`, after `actor_steps` steps of training."""

    def save(self) -> State:
        """The state that varies from step to step, without the weights."""

    def restore(self, state: State) -> None:
        """Restores the state that `save` returned."""


class ExploringPolicy:
    """A network and its exploration noise, which a subclass combines into an action."""

    def __init__(self, architecture: PolicyArchitecture, noise: GaussianNoise):
        """Makes a policy without weights."""
        self._policy = NumpyPolicy(architecture)
        self._noise = noise

    def update(self, variables: Variables) -> None:
        """Replaces the weights."""
        self._policy.update(variables)

    def begin_episode(self) -> None:
        """Resets the noise."""
        self._noise.reset()

    def save(self) -> State:
        """The state of the noise."""
        return self._noise.save()

    def restore(self, state: State) -> None:
        """Restores the state that `save` returned."""
        self._noise.restore(state)


class NoisyPolicy(ExploringPolicy):
    """A deterministic policy with noise on its actions."""

    def __init__(self, architecture: PolicyArchitecture, noise: GaussianNoise, sigma: Schedule, noise_scale: float):
        """Makes a policy without weights; adds `noise` times `sigma` and `noise_scale` to its actions."""
        super().__init__(architecture, noise)
        self._sigma = sigma
        self._noise_scale = noise_scale

    def action(self, observation: np.ndarray, actor_steps: int) -> np.ndarray:
        """The policy's action plus noise, clipped to [-1, 1]."""
        scale = np.float32(self._noise_scale * value_at(self._sigma, actor_steps))
        action = self._policy.action(observation) + scale * self._noise.sample()
        return np.minimum(np.maximum(action, -1.0), 1.0)


class SamplingPolicy(ExploringPolicy):
    """A Gaussian policy that explores by sampling from itself."""

    def __init__(self, architecture: PolicyArchitecture, seed: int, noise_scale: float, correlation: float):
        """Makes a policy without weights; `noise_scale` multiplies the standard deviations.

        `correlation` is the autocorrelation of the standard-normal noise between consecutive steps.
        """
        super().__init__(architecture, UnitNoise(architecture.action_size, correlation, seed))
        self._noise_scale = noise_scale

    def action(self, observation: np.ndarray, actor_steps: int) -> np.ndarray:
        """A sampled action in [-1, 1]."""
        mean, stddev = self._policy.distribution(observation)
        return self._policy.bounded(mean + self._noise_scale * stddev * self._noise.sample()).astype(np.float32)

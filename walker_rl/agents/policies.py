"""Behaviour policies: what actors do with a network's output to explore. NumPy only."""

from typing import Protocol

import numpy as np

from walker_rl.agents.config import NoiseConfig
from walker_rl.agents.exploration import GaussianNoise, Noise, OrnsteinUhlenbeckNoise
from walker_rl.networks.architecture import PolicyArchitecture
from walker_rl.networks.numpy_policy import NumpyPolicy
from walker_rl.types import State, Variables


class BehaviourPolicy(Protocol):
    """Chooses exploring actions."""

    def update(self, variables: Variables) -> None:
        """Takes new weights."""

    def begin_episode(self) -> None:
        """Called at each episode's first timestep."""

    def action(self, observation: np.ndarray, actor_steps: int) -> np.ndarray:
        """An action in [-1, 1], float32 `[A]`, for `observation` `[O]`, after `actor_steps` steps of training."""

    def save(self) -> State:
        """What varies from step to step; the weights come from a learner."""

    def restore(self, state: State) -> None:
        """Goes on from what `save` returned."""


class NoisyPolicy:
    """A deterministic policy with noise on its actions, which may fall linearly to none."""

    def __init__(self, architecture: PolicyArchitecture, noise: Noise, decay_steps: int | None = None):
        """Makes a policy without weights.

        Args:
            architecture: of the network.
            noise: added to its actions, which are then clipped to [-1, 1].
            decay_steps: the noise is scaled by `max(0, 1 - actor_steps / decay_steps)`; None: by 1.
        """
        self._policy = NumpyPolicy(architecture)
        self._noise = noise
        self._decay_steps = decay_steps

    def update(self, variables: Variables) -> None:
        """Takes new weights."""
        self._policy.update(variables)

    def begin_episode(self) -> None:
        """Resets the noise."""
        self._noise.reset()

    def action(self, observation: np.ndarray, actor_steps: int) -> np.ndarray:
        """The policy's action plus noise, clipped to [-1, 1]."""
        scale = 1.0 if self._decay_steps is None else max(0.0, 1.0 - actor_steps / self._decay_steps)
        action = self._policy.action(observation) + np.float32(scale) * self._noise.sample()
        return np.minimum(np.maximum(action, -1.0), 1.0)

    def save(self) -> State:
        """The state of the noise."""
        return self._noise.save()

    def restore(self, state: State) -> None:
        """Goes on from what `save` returned."""
        self._noise.restore(state)


def make_noisy_policy(config: NoiseConfig, architecture: PolicyArchitecture, seed: int) -> NoisyPolicy:
    """A deterministic policy with the noise that `config` asks for; `seed` is the noise's."""
    noise: Noise
    if config.noise == "gaussian":
        noise = GaussianNoise(architecture.action_size, config.sigma, seed)
    else:
        noise = OrnsteinUhlenbeckNoise(architecture.action_size, config.theta, config.sigma, seed)
    return NoisyPolicy(architecture, noise, config.noise_decay_steps)


class SamplingPolicy:
    """A Gaussian policy that explores by sampling from itself."""

    def __init__(self, architecture: PolicyArchitecture, seed: int):
        """Makes a policy without weights."""
        self._policy = NumpyPolicy(architecture)
        self._random = np.random.default_rng(seed)

    def update(self, variables: Variables) -> None:
        """Takes new weights."""
        self._policy.update(variables)

    def begin_episode(self) -> None:
        """Nothing carries over between steps."""

    def action(self, observation: np.ndarray, actor_steps: int) -> np.ndarray:
        """A sample, clipped to [-1, 1]."""
        mean, stddev = self._policy.distribution(observation)
        action = mean + stddev * self._random.standard_normal(mean.shape)
        return np.clip(action, -1.0, 1.0).astype(np.float32)

    def save(self) -> State:
        """The state of the random numbers."""
        return {"random": self._random.bit_generator.state}

    def restore(self, state: State) -> None:
        """Goes on from what `save` returned."""
        self._random.bit_generator.state = state["random"]

"""The parts of DDPG."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from walker_rl.agents.builder import OffPolicyBuilder
from walker_rl.agents.ddpg.config import Config
from walker_rl.agents.policies import NoisyPolicy, make_noisy_policy, policy_architecture
from walker_rl.policies.architecture import PolicyArchitecture

if TYPE_CHECKING:
    from walker_rl.agents.ddpg.learning import DDPGLearner
    from walker_rl.agents.networks import Networks


class Builder(OffPolicyBuilder[Config]):
    """DDPG: a deterministic policy with noise, and a scalar critic."""

    @property
    def architecture(self) -> PolicyArchitecture:
        """The shape of the policy."""
        return policy_architecture(self.config, self.spec, head="tanh")

    def make_networks(self, seed: int) -> Networks:
        """Online and target networks with their initial weights."""
        from walker_rl.agents.networks import Networks, scalar_critic

        return Networks.from_seed(self.config, self.architecture, scalar_critic, seed)

    def make_learner(self, networks: Networks, dataset: Iterator[np.ndarray], seed: int) -> DDPGLearner:
        """A learner of `networks`, and the source of their variables."""
        from walker_rl.agents.ddpg.learning import DDPGLearner

        return DDPGLearner(self.config, networks, dataset, seed)

    def make_own_policy(self, seed: int, noise_scale: float) -> NoisyPolicy:
        """The online policy with the configured noise."""
        return make_noisy_policy(self.config, self.architecture, seed, noise_scale)

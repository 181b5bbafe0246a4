"""The parts of TD3."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from walker_rl.agents.builder import OffPolicyBuilder
from walker_rl.agents.policies import NoisyPolicy, make_noisy_policy, policy_architecture
from walker_rl.agents.td3.config import Config
from walker_rl.policies.architecture import PolicyArchitecture

if TYPE_CHECKING:
    from walker_rl.agents.networks import Networks
    from walker_rl.agents.td3.learning import TD3Learner


class Builder(OffPolicyBuilder[Config]):
    """TD3: a deterministic policy with noise, and twin critics."""

    @property
    def architecture(self) -> PolicyArchitecture:
        """The shape of the policy."""
        return policy_architecture(self.config, self.spec, head="tanh")

    def make_networks(self, seed: int) -> Networks:
        """Online and target networks with their initial weights."""
        from walker_rl.agents.networks import Networks, twin_critic

        return Networks.from_seed(self.config, self.architecture, twin_critic, seed)

    def make_learner(self, networks: Networks, dataset: Iterator[np.ndarray], seed: int) -> TD3Learner:
        """A learner of `networks`, and the source of their variables."""
        from walker_rl.agents.td3.learning import TD3Learner

        return TD3Learner(self.config, networks, dataset, seed)

    def make_own_policy(self, seed: int, noise_scale: float) -> NoisyPolicy:
        """The online policy with the configured noise."""
        return make_noisy_policy(self.config, self.architecture, seed, noise_scale)

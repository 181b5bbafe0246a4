"""The parts of D4PG."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from walker_rl.agents.builder import OffPolicyBuilder
from walker_rl.agents.d4pg.config import Config
from walker_rl.agents.policies import NoisyPolicy, make_noisy_policy, policy_architecture
from walker_rl.policies.architecture import PolicyArchitecture

if TYPE_CHECKING:
    from walker_rl.agents.d4pg.learning import D4PGLearner
    from walker_rl.agents.networks import Networks


class Builder(OffPolicyBuilder[Config]):
    """D4PG: a deterministic policy with noise, and a critic of the return distribution."""

    @property
    def architecture(self) -> PolicyArchitecture:
        """The shape of the policy."""
        return policy_architecture(self.config, self.spec, head="tanh")

    def make_networks(self, seed: int) -> Networks:
        """Online and target networks with their initial weights."""
        from walker_rl.agents.networks import Networks, distributional_critic

        return Networks.from_seed(self.config, self.architecture, distributional_critic, seed)

    def make_learner(self, networks: Networks, dataset: Iterator[np.ndarray], seed: int) -> D4PGLearner:
        """A learner of `networks`, and the source of their variables."""
        from walker_rl.agents.d4pg.learning import D4PGLearner

        return D4PGLearner(self.config, networks, dataset, seed)

    def make_own_policy(self, seed: int, noise_scale: float) -> NoisyPolicy:
        """The online policy with the configured noise."""
        return make_noisy_policy(self.config, self.architecture, seed, noise_scale)

"""The parts of DMPO."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from walker_rl.agents.dmpo.config import Config
from walker_rl.agents.off_policy_builder import OffPolicyBuilder
from walker_rl.agents.policies import SamplingPolicy, policy_architecture
from walker_rl.policies.numpy_policy import PolicyArchitecture

if TYPE_CHECKING:
    from walker_rl.agents.dmpo.learning import DMPOLearner
    from walker_rl.agents.networks import Networks


class Builder(OffPolicyBuilder[Config]):
    """DMPO: a Gaussian policy that acts by samples and is evaluated by its mean."""

    @property
    def architecture(self) -> PolicyArchitecture:
        """The shape of the policy."""
        return policy_architecture(self.config, self.sizes, head="gaussian", init_stddev=self.config.init_stddev)

    def make_networks(self, seed: int) -> Networks:
        """Online and target networks with their initial weights."""
        from walker_rl.agents.networks import Networks, distributional_critic

        return Networks.from_seed(self.config, self.architecture, distributional_critic, seed)

    def make_learner(self, networks: Networks, dataset: Iterator[np.ndarray], seed: int) -> DMPOLearner:
        """A learner that trains `networks` and serves their variables."""
        from walker_rl.agents.dmpo.learning import DMPOLearner

        return DMPOLearner(self.config, networks, dataset, seed)

    def make_policy(self, seed: int, noise_scale: float = 1.0) -> SamplingPolicy:
        """A policy that samples with noise correlated between consecutive steps."""
        return SamplingPolicy(self.architecture, seed, noise_scale, self.config.noise_correlation)

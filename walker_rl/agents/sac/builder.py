"""The parts of SAC."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from walker_rl.agents.off_policy_builder import OffPolicyBuilder
from walker_rl.agents.policies import SamplingPolicy, policy_architecture
from walker_rl.agents.sac.config import Config
from walker_rl.policies.numpy_policy import PolicyArchitecture

if TYPE_CHECKING:
    from walker_rl.agents.networks import Networks
    from walker_rl.agents.sac.learning import SACLearner


class Builder(OffPolicyBuilder[Config]):
    """SAC: a squashed Gaussian policy that acts by samples and is evaluated by the tanh of its mean."""

    @property
    def architecture(self) -> PolicyArchitecture:
        """The shape of the policy."""
        return policy_architecture(self.config, self.sizes, head="tanh_gaussian", init_stddev=self.config.init_stddev)

    def make_networks(self, seed: int) -> Networks:
        """Online networks and the target critic with their initial weights."""
        from walker_rl.agents.networks import Networks, twin_critic

        return Networks.from_seed(self.config, self.architecture, twin_critic, seed, targets=("critic",))

    def make_learner(self, networks: Networks, dataset: Iterator[np.ndarray], seed: int) -> SACLearner:
        """A learner that trains `networks` and serves their variables."""
        from walker_rl.agents.sac.learning import SACLearner

        return SACLearner(self.config, networks, dataset, seed)

    def make_policy(self, seed: int, noise_scale: float = 1.0) -> SamplingPolicy:
        """A policy that samples with noise correlated between consecutive steps."""
        return SamplingPolicy(self.architecture, seed, noise_scale, self.config.noise_correlation)

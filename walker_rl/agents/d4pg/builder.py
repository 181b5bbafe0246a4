"""The parts of D4PG."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from acme import specs

from walker_rl.agents.builder import OffPolicyBuilder
from walker_rl.agents.d4pg.config import Config
from walker_rl.agents.policies import NoisyPolicy, make_noisy_policy, policy_architecture
from walker_rl.policies.architecture import PolicyArchitecture
from walker_rl.types import Transition

if TYPE_CHECKING:
    from walker_rl.agents.d4pg.learning import D4PGLearner
    from walker_rl.agents.networks import Networks


class Builder(OffPolicyBuilder[Config]):
    """D4PG: a deterministic policy with noise, and a critic of the return distribution."""

    def make_architecture(self, environment_spec: specs.EnvironmentSpec) -> PolicyArchitecture:
        """The shape of the policy."""
        return policy_architecture(self.config, environment_spec, head="tanh")

    def make_networks(self, environment_spec: specs.EnvironmentSpec, seed: int) -> Networks:
        """Online and target networks with their initial weights."""
        from walker_rl.agents.d4pg.networks import make_networks

        return make_networks(self.config, self.make_architecture(environment_spec), seed)

    def make_learner(self, networks: Networks, dataset: Iterator[Transition], seed: int) -> D4PGLearner:
        """A learner of `networks`, and the source of their variables."""
        from walker_rl.agents.d4pg.learning import D4PGLearner

        return D4PGLearner(self.config, networks, dataset, seed)

    def make_own_policy(self, architecture: PolicyArchitecture, seed: int, noise_scale: float) -> NoisyPolicy:
        """The online policy with the configured noise."""
        return make_noisy_policy(self.config, architecture, seed, noise_scale)

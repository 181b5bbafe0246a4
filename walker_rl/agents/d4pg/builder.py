"""The parts of D4PG."""

from collections.abc import Iterator

from acme import specs

from walker_rl.agents.builder import OffPolicyBuilder
from walker_rl.agents.d4pg.config import Config
from walker_rl.agents.d4pg.learning import D4PGLearner
from walker_rl.agents.d4pg.networks import make_networks
from walker_rl.agents.learning import Networks
from walker_rl.agents.policies import NoisyPolicy, make_noisy_policy
from walker_rl.networks.architecture import PolicyArchitecture
from walker_rl.types import Transition


class Builder(OffPolicyBuilder[Config]):
    """D4PG: a deterministic policy with noise, and a critic of the return distribution."""

    def make_networks(self, environment_spec: specs.EnvironmentSpec, seed: int) -> Networks:
        """Online and target networks with their initial weights."""
        return make_networks(self.config, environment_spec, seed)

    def make_learner(self, networks: Networks, dataset: Iterator[Transition], seed: int) -> D4PGLearner:
        """A learner of `networks`, and the source of their variables."""
        return D4PGLearner(self.config, networks, dataset, seed)

    def make_policy(self, architecture: PolicyArchitecture, seed: int) -> NoisyPolicy:
        """The online policy with the configured noise."""
        return make_noisy_policy(self.config, architecture, seed)

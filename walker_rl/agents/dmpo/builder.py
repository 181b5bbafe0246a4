"""The parts of DMPO."""

from collections.abc import Iterator

from acme import specs

from walker_rl.agents.builder import OffPolicyBuilder
from walker_rl.agents.dmpo.config import Config
from walker_rl.agents.dmpo.learning import DMPOLearner
from walker_rl.agents.dmpo.networks import make_networks
from walker_rl.agents.learning import Networks
from walker_rl.agents.policies import SamplingPolicy
from walker_rl.networks.architecture import PolicyArchitecture
from walker_rl.types import Transition


class Builder(OffPolicyBuilder[Config]):
    """DMPO: a Gaussian policy that samples; it is evaluated by its mean."""

    def make_networks(self, environment_spec: specs.EnvironmentSpec, seed: int) -> Networks:
        """Online and target networks with their initial weights."""
        return make_networks(self.config, environment_spec, seed)

    def make_learner(self, networks: Networks, dataset: Iterator[Transition], seed: int) -> DMPOLearner:
        """A learner of `networks`, and the source of their variables."""
        return DMPOLearner(self.config, networks, dataset, seed)

    def make_policy(self, architecture: PolicyArchitecture, seed: int) -> SamplingPolicy:
        """Samples of the online policy."""
        return SamplingPolicy(architecture, seed)

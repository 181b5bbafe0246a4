"""The parts of DDPG."""

from collections.abc import Iterator

from acme import specs

from walker_rl.agents.builder import OffPolicyBuilder
from walker_rl.agents.ddpg.config import Config
from walker_rl.agents.ddpg.learning import DDPGLearner
from walker_rl.agents.ddpg.networks import make_networks
from walker_rl.agents.exploration import GaussianNoise, Noise, OrnsteinUhlenbeckNoise
from walker_rl.agents.learning import Networks
from walker_rl.agents.policies import NoisyPolicy
from walker_rl.networks.architecture import PolicyArchitecture
from walker_rl.types import Transition


class Builder(OffPolicyBuilder[Config]):
    """DDPG: a deterministic policy with Gaussian or Ornstein-Uhlenbeck noise."""

    def make_networks(self, environment_spec: specs.EnvironmentSpec, seed: int) -> Networks:
        """Online and target networks with their initial weights."""
        return make_networks(self.config, environment_spec, seed)

    def make_learner(self, networks: Networks, dataset: Iterator[Transition], seed: int) -> DDPGLearner:
        """A learner of `networks`, and the source of their variables."""
        return DDPGLearner(self.config, networks, dataset, seed)

    def make_policy(self, architecture: PolicyArchitecture, seed: int) -> NoisyPolicy:
        """The online policy with the configured noise."""
        config, action_size = self.config, architecture.action_size
        noise: Noise
        if config.noise == "gaussian":
            noise = GaussianNoise(action_size, config.sigma, seed)
        else:
            noise = OrnsteinUhlenbeckNoise(action_size, config.theta, config.sigma, seed)
        return NoisyPolicy(architecture, noise, config.noise_decay_steps)

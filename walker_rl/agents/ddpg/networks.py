"""The networks of DDPG."""

from walker_rl.agents.ddpg.config import Config
from walker_rl.agents.networks import Networks
from walker_rl.networks.critic import CriticNetwork
from walker_rl.policies.architecture import PolicyArchitecture


def make_networks(config: Config, architecture: PolicyArchitecture, seed: int) -> Networks:
    """A deterministic policy and a scalar critic; their initial weights depend on `seed` alone."""

    def make_critic(critic_seed: int) -> CriticNetwork:
        return CriticNetwork(
            architecture.observation_size,
            architecture.action_size,
            hidden_sizes=config.critic_hidden_sizes,
            layer_norm=config.layer_norm,
            activation=config.activation,
            seed=critic_seed,
        )

    return Networks.from_seed(architecture, make_critic, seed)

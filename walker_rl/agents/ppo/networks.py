"""The networks of PPO."""

from walker_rl.agents.networks import Networks
from walker_rl.agents.ppo.config import Config
from walker_rl.networks.critic import ValueNetwork
from walker_rl.policies.architecture import PolicyArchitecture


def make_networks(config: Config, architecture: PolicyArchitecture, seed: int) -> Networks:
    """A Gaussian policy and a value function; their initial weights depend on `seed` alone."""

    def make_critic(critic_seed: int) -> ValueNetwork:
        return ValueNetwork(
            architecture.observation_size,
            hidden_sizes=config.critic_hidden_sizes,
            layer_norm=config.layer_norm,
            activation=config.activation,
            seed=critic_seed,
            initialization=config.initialization,
        )

    return Networks.from_seed(
        architecture,
        make_critic,
        seed,
        has_target_policy=False,
        has_target_critic=False,
        initialization=config.initialization,
    )

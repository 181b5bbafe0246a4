"""The networks of DMPO."""

from acme import specs

from walker_rl.agents.dmpo.config import Config
from walker_rl.agents.learning import Networks, policy_architecture
from walker_rl.networks.critic import DistributionalCriticNetwork


def make_networks(config: Config, environment_spec: specs.EnvironmentSpec, seed: int) -> Networks:
    """A Gaussian policy and a critic of the return distribution; initial weights depend on `seed` alone."""
    architecture = policy_architecture(config, environment_spec, head="gaussian", init_stddev=config.init_stddev)

    def make_critic(critic_seed: int) -> DistributionalCriticNetwork:
        return DistributionalCriticNetwork(
            architecture.observation_size,
            architecture.action_size,
            hidden_sizes=config.critic_hidden_sizes,
            layer_norm=config.layer_norm,
            activation=config.activation,
            vmin=config.vmin,
            vmax=config.vmax,
            num_atoms=config.num_atoms,
            seed=critic_seed,
        )

    return Networks.from_seed(architecture, make_critic, seed)

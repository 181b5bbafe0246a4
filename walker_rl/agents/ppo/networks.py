"""The networks of PPO."""

import functools

from walker_rl.agents.networks import Networks, critic_torso
from walker_rl.agents.ppo.config import Config
from walker_rl.networks.critic import ValueNetwork
from walker_rl.policies.architecture import PolicyArchitecture


def make_networks(config: Config, architecture: PolicyArchitecture, seed: int) -> Networks:
    """A Gaussian policy and a value function; their initial weights depend on `seed` alone."""
    make_critic = functools.partial(
        ValueNetwork, architecture.observation_size, critic_torso(config), initialization=config.initialization
    )
    return Networks.from_seed(
        architecture,
        make_critic,
        seed,
        has_target_policy=False,
        has_target_critic=False,
        initialization=config.initialization,
    )

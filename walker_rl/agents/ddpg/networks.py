"""The networks of DDPG."""

import functools

from walker_rl.agents.ddpg.config import Config
from walker_rl.agents.networks import Networks, critic_torso
from walker_rl.networks.critic import CriticNetwork
from walker_rl.policies.architecture import PolicyArchitecture


def make_networks(config: Config, architecture: PolicyArchitecture, seed: int) -> Networks:
    """A deterministic policy and a scalar critic; their initial weights depend on `seed` alone."""
    sizes = architecture.observation_size, architecture.action_size
    make_critic = functools.partial(CriticNetwork, *sizes, critic_torso(config))
    return Networks.from_seed(architecture, make_critic, seed)

"""The networks of DMPO."""

import functools

from walker_rl.agents.dmpo.config import Config
from walker_rl.agents.networks import Networks, distributional_critic
from walker_rl.policies.architecture import PolicyArchitecture


def make_networks(config: Config, architecture: PolicyArchitecture, seed: int) -> Networks:
    """A Gaussian policy and a critic of the return distribution; initial weights depend on `seed` alone."""
    make_critic = functools.partial(distributional_critic, config, architecture)
    return Networks.from_seed(architecture, make_critic, seed)

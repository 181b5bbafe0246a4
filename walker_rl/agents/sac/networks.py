"""The networks of SAC."""

import functools

from walker_rl.agents.networks import Networks, twin_critic
from walker_rl.agents.sac.config import Config
from walker_rl.policies.architecture import PolicyArchitecture


def make_networks(config: Config, architecture: PolicyArchitecture, seed: int) -> Networks:
    """A squashed Gaussian policy and twin critics; their initial weights depend on `seed` alone."""
    make_critic = functools.partial(twin_critic, config, architecture)
    return Networks.from_seed(architecture, make_critic, seed, has_target_policy=False)

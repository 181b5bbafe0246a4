"""The networks of TD3."""

import functools

from walker_rl.agents.networks import Networks, twin_critic
from walker_rl.agents.td3.config import Config
from walker_rl.policies.architecture import PolicyArchitecture


def make_networks(config: Config, architecture: PolicyArchitecture, seed: int) -> Networks:
    """A deterministic policy and twin critics; their initial weights depend on `seed` alone."""
    return Networks.from_seed(architecture, functools.partial(twin_critic, config, architecture), seed)

"""The networks of D4PG."""

import functools

from acme import specs

from walker_rl.agents.d4pg.config import Config
from walker_rl.agents.learning import Networks, distributional_critic, policy_architecture


def make_networks(config: Config, environment_spec: specs.EnvironmentSpec, seed: int) -> Networks:
    """A deterministic policy and a critic of the return distribution; initial weights depend on `seed` alone."""
    architecture = policy_architecture(config, environment_spec, head="tanh")
    make_critic = functools.partial(distributional_critic, config, architecture)
    return Networks.from_seed(architecture, make_critic, seed)

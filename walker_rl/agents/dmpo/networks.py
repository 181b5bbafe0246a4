"""The networks of DMPO."""

import functools

from acme import specs

from walker_rl.agents.dmpo.config import Config
from walker_rl.agents.learning import Networks, distributional_critic, policy_architecture


def make_networks(config: Config, environment_spec: specs.EnvironmentSpec, seed: int) -> Networks:
    """A Gaussian policy and a critic of the return distribution; initial weights depend on `seed` alone."""
    architecture = policy_architecture(config, environment_spec, head="gaussian", init_stddev=config.init_stddev)
    make_critic = functools.partial(distributional_critic, config, architecture)
    return Networks.from_seed(architecture, make_critic, seed)

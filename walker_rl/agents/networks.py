"""An agent's networks, and the critics that several agents share."""

import dataclasses
from collections.abc import Callable, Collection
from typing import Any, TypeVar

import numpy as np
import sonnet as snt

from walker_rl.agents.config import DistributionalConfig, NetworkConfig, OffPolicyConfig
from walker_rl.networks.critic import CriticNetwork, DistributionalCriticNetwork, TwinCriticNetwork
from walker_rl.networks.normalizer import Normalizer
from walker_rl.networks.policy import PolicyNetwork
from walker_rl.policies.numpy_policy import PolicyArchitecture
from walker_rl.policies.torso import TorsoSpec

ConfigT = TypeVar("ConfigT", bound=NetworkConfig)


@dataclasses.dataclass(frozen=True)
class Networks:
    """A policy and a critic, and their targets, which start as equal copies.

    Attributes:
        policy: online policy.
        critic: online critic, a module with `named_variables`.
        target_policy: target of `policy`; None for an agent that bootstraps on the online policy.
        target_critic: target of `critic`; None for an agent without one.
        architecture: architecture of the policies.
        normalizer: normaliser of the observations of all networks, targets included; None: as they are.
    """

    policy: PolicyNetwork
    critic: snt.Module
    target_policy: Any
    target_critic: Any
    architecture: PolicyArchitecture
    normalizer: Normalizer | None

    @classmethod
    def from_seed(
        cls,
        config: ConfigT,
        architecture: PolicyArchitecture,
        make_critic: Callable[[ConfigT, PolicyArchitecture, int], snt.Module],
        seed: int,
        targets: Collection[str] = ("policy", "critic"),
        initialization: str = "uniform_fan_out",
    ) -> "Networks":
        """Makes all networks, whose initial weights depend on `seed` alone.

        Networks named in `targets` have a target. `make_critic` gets its own seed; `initialization` is the policy's.
        """
        policy_seed, critic_seed = map(int, np.random.SeedSequence(seed).generate_state(2))
        return cls(
            policy=PolicyNetwork(architecture, policy_seed, initialization),
            critic=make_critic(config, architecture, critic_seed),
            target_policy=PolicyNetwork(architecture, policy_seed, initialization) if "policy" in targets else None,
            target_critic=make_critic(config, architecture, critic_seed) if "critic" in targets else None,
            architecture=architecture,
            normalizer=Normalizer(architecture.observation_size) if architecture.normalize else None,
        )


def critic_torso(config: NetworkConfig) -> TorsoSpec:
    """The critic's hidden layers, from `config`."""
    return TorsoSpec(config.critic_hidden_sizes, config.layer_norm, config.activation)


def scalar_critic(config: OffPolicyConfig, architecture: PolicyArchitecture, seed: int) -> CriticNetwork:
    """A critic of the expected return, from `config`, for a policy of `architecture`."""
    return CriticNetwork(architecture.observation_size, architecture.action_size, critic_torso(config), seed)


def twin_critic(config: OffPolicyConfig, architecture: PolicyArchitecture, seed: int) -> TwinCriticNetwork:
    """Two critics of the expected return, from `config`, for a policy of `architecture`."""
    return TwinCriticNetwork(architecture.observation_size, architecture.action_size, critic_torso(config), seed)


def distributional_critic(
    config: DistributionalConfig, architecture: PolicyArchitecture, seed: int
) -> DistributionalCriticNetwork:
    """A critic of the return distribution, from `config`, for a policy of `architecture`."""
    sizes = architecture.observation_size, architecture.action_size
    return DistributionalCriticNetwork(*sizes, critic_torso(config), config.num_atoms, seed)

"""The networks of an agent, and critics that several agents have."""

import dataclasses
from collections.abc import Callable, Collection
from typing import Any, TypeVar

import numpy as np
import sonnet as snt

from walker_rl.agents.config import DistributionalConfig, NetworkConfig, OffPolicyConfig
from walker_rl.networks.critic import CriticNetwork, DistributionalCriticNetwork, TwinCriticNetwork
from walker_rl.networks.policy import PolicyNetwork
from walker_rl.policies.architecture import PolicyArchitecture
from walker_rl.policies.torso import TorsoSpec

ConfigT = TypeVar("ConfigT", bound=NetworkConfig)


@dataclasses.dataclass(frozen=True)
class Networks:
    """An actor and a critic, and their targets, which start as equal copies.

    Attributes:
        policy: online policy.
        critic: online critic, a module with `named_variables`.
        target_policy: as `policy`; None for an agent that bootstraps on the online policy.
        target_critic: as `critic`; None for an agent without.
        architecture: of the policies.
    """

    policy: PolicyNetwork
    critic: snt.Module
    target_policy: Any
    target_critic: Any
    architecture: PolicyArchitecture

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

        Those named in `targets` have a target. `make_critic` takes a seed of its own; `initialization` is the policy's.
        """
        policy_seed, critic_seed = map(int, np.random.SeedSequence(seed).generate_state(2))
        return cls(
            policy=PolicyNetwork(architecture, policy_seed, initialization),
            critic=make_critic(config, architecture, critic_seed),
            target_policy=PolicyNetwork(architecture, policy_seed, initialization) if "policy" in targets else None,
            target_critic=make_critic(config, architecture, critic_seed) if "critic" in targets else None,
            architecture=architecture,
        )


def critic_torso(config: NetworkConfig) -> TorsoSpec:
    """The hidden layers of the critic that `config` asks for."""
    return TorsoSpec(config.critic_hidden_sizes, config.layer_norm, config.activation)


def scalar_critic(config: OffPolicyConfig, architecture: PolicyArchitecture, seed: int) -> CriticNetwork:
    """The critic of the expected return that `config` asks for, beside a policy of `architecture`."""
    return CriticNetwork(architecture.observation_size, architecture.action_size, critic_torso(config), seed)


def twin_critic(config: OffPolicyConfig, architecture: PolicyArchitecture, seed: int) -> TwinCriticNetwork:
    """The two critics of the expected return that `config` asks for, beside a policy of `architecture`."""
    return TwinCriticNetwork(architecture.observation_size, architecture.action_size, critic_torso(config), seed)


def distributional_critic(
    config: DistributionalConfig, architecture: PolicyArchitecture, seed: int
) -> DistributionalCriticNetwork:
    """The critic of the return distribution that `config` asks for, beside a policy of `architecture`."""
    sizes = architecture.observation_size, architecture.action_size
    atoms = np.linspace(config.vmin, config.vmax, config.num_atoms)
    return DistributionalCriticNetwork(*sizes, critic_torso(config), atoms, seed)

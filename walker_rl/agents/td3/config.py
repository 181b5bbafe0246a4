"""Hyperparameters of TD3."""

import dataclasses
from typing import ClassVar

from walker_rl.agents.config import NoiseConfig
from walker_rl.hyperparameters import hyperparameter


@dataclasses.dataclass(frozen=True)
class Config(NoiseConfig):
    """TD3: DDPG with the lower of two critics, delayed policy updates and smoothed targets."""

    display_name: ClassVar[str] = "TD3"
    paper: ClassVar[str] = "Fujimoto et al. 2018, https://arxiv.org/abs/1802.09477"

    tau: float = hyperparameter(
        0.005, "target <- (1 - tau) target + tau online after each update of the policy", above=0, maximum=1
    )
    policy_period: int = hyperparameter(2, "updates of the critics for one of the policy", unit="updates", minimum=1)
    target_sigma: float = hyperparameter(
        0.2, "standard deviation of the noise on the target policy's actions", unit="action units", minimum=0
    )
    max_target_noise: float = hyperparameter(0.5, "bound of that noise", unit="action units", minimum=0)

"""Hyperparameters of D4PG."""

import dataclasses
from typing import ClassVar

from walker_rl.agents.config import DeterministicConfig, DistributionalConfig
from walker_rl.hyperparameters import hyperparameter


@dataclasses.dataclass(frozen=True)
class Config(DeterministicConfig, DistributionalConfig):
    """D4PG: DDPG with n-step returns and a critic of the whole return distribution."""

    display_name: ClassVar[str] = "D4PG"
    paper: ClassVar[str] = "Barth-Maron et al. 2018, https://arxiv.org/abs/1804.08617"

    cvar_level: float = hyperparameter(
        1.0, "share of the worst outcomes whose mean the policy maximises; 1: the mean of all", above=0, maximum=1
    )

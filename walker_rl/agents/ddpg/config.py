"""Hyperparameters of DDPG."""

import dataclasses
from typing import ClassVar

from walker_rl.agents.config import NoiseConfig
from walker_rl.hyperparameters import changed, hyperparameter
from walker_rl.schedules import Schedule


@dataclasses.dataclass(frozen=True)
class Config(NoiseConfig):
    """DDPG: a deterministic policy that follows the gradient of a scalar critic."""

    display_name: ClassVar[str] = "DDPG"
    paper: ClassVar[str] = "Lillicrap et al. 2016, https://arxiv.org/abs/1509.02971"

    critic_learning_rate: Schedule = changed(NoiseConfig, "critic_learning_rate", 1e-3)
    samples_per_insert: float = changed(NoiseConfig, "samples_per_insert", 64.0)
    tau: float = hyperparameter(0.005, "target <- (1 - tau) target + tau online after each update", above=0, maximum=1)
    max_dqda_norm: float | None = hyperparameter(
        None, "norm at which dQ/da is clipped for each transition; null: not clipped", above=0
    )

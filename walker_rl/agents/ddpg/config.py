"""Hyperparameters of DDPG."""

import dataclasses
from typing import ClassVar

from walker_rl.agents.config import DeterministicConfig
from walker_rl.hyperparameters import changed
from walker_rl.schedules import Schedule


@dataclasses.dataclass(frozen=True)
class Config(DeterministicConfig):
    """DDPG: a deterministic policy that follows the gradient of a scalar critic."""

    display_name: ClassVar[str] = "DDPG"
    paper: ClassVar[str] = "Lillicrap et al. 2016, https://arxiv.org/abs/1509.02971"

    critic_learning_rate: Schedule = changed(DeterministicConfig, "critic_learning_rate", 1e-3)
    samples_per_insert: float = changed(DeterministicConfig, "samples_per_insert", 64.0)

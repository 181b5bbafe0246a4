"""Hyperparameters of SAC."""

import dataclasses
from typing import ClassVar

from walker_rl.agents.config import DeterministicConfig, SamplingConfig
from walker_rl.hyperparameters import changed, hyperparameter
from walker_rl.schedules import Schedule


@dataclasses.dataclass(frozen=True)
class Config(SamplingConfig):
    """SAC: a stochastic policy with an entropy bonus, and the lower of two critics."""

    display_name: ClassVar[str] = "SAC"
    paper: ClassVar[str] = "Haarnoja et al. 2018, https://arxiv.org/abs/1812.05905"

    tau: float = changed(DeterministicConfig, "tau", 0.005)
    init_stddev: float = hyperparameter(
        1.0, "standard deviation of the policy at the start", unit="action units before tanh", above=0, maximum=7
    )
    init_temperature: float = hyperparameter(
        1.0, "initial temperature, the weight of the entropy", unit="discounted return per nat", above=0
    )
    target_entropy: Schedule | None = hyperparameter(
        0.0, "target entropy, which the temperature maintains; null: minus the number of action dimensions", unit="nats"
    )
    temperature_learning_rate: Schedule = hyperparameter(3e-4, "Adam step size of the temperature", above=0)

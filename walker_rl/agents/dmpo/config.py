"""Hyperparameters of DMPO."""

import dataclasses
from typing import ClassVar

from walker_rl.agents.config import DistributionalConfig, SamplingConfig
from walker_rl.hyperparameters import hyperparameter
from walker_rl.schedules import Schedule


@dataclasses.dataclass(frozen=True)
class Config(SamplingConfig, DistributionalConfig):
    """DMPO: MPO's KL-bounded policy improvement with a critic of the whole return distribution."""

    display_name: ClassVar[str] = "DMPO"
    paper: ClassVar[str] = "Abdolmaleki et al. 2018, https://arxiv.org/abs/1812.02256"

    target_update_period: int = hyperparameter(
        25, "updates between copies of the online to the target networks", unit="updates", minimum=1
    )
    num_samples: int = hyperparameter(
        20, "actions sampled from the target policy per state", unit="actions", minimum=2, maximum=10_000
    )
    epsilon: float = hyperparameter(1.0, "KL bound of the non-parametric policy (E-step)", unit="nats", above=0)
    epsilon_penalty: float = hyperparameter(
        1e-3, "KL bound of the penalty on actions outside [-1, 1]", unit="nats", above=0
    )
    epsilon_mean: float = hyperparameter(0.1, "KL bound of the policy's mean, per dimension", unit="nats", above=0)
    epsilon_stddev: float = hyperparameter(
        1e-5, "KL bound of the policy's standard deviation, per dimension", unit="nats", above=0
    )
    init_log_temperature: float = hyperparameter(10.0, "initial dual of epsilon, before its softplus")
    init_log_alpha_mean: float = hyperparameter(10.0, "initial dual of epsilon_mean, before its softplus")
    init_log_alpha_stddev: float = hyperparameter(10.0, "initial dual of epsilon_stddev, before its softplus")
    dual_learning_rate: Schedule = hyperparameter(1e-2, "Adam step size of the dual variables", above=0)

    @property
    def num_sampled_actions(self) -> int:
        """Number of sampled actions of each state."""
        return self.num_samples

"""Hyperparameters of D4PG."""

import dataclasses
from collections.abc import Iterator
from typing import ClassVar

from walker_rl.agents.config import OffPolicyConfig, support_conflicts
from walker_rl.hyperparameters import hyperparameter


@dataclasses.dataclass(frozen=True)
class Config(OffPolicyConfig):
    """D4PG: DDPG with n-step returns and a critic of the whole return distribution."""

    paper: ClassVar[str] = "Barth-Maron et al. 2018, https://arxiv.org/abs/1804.08617"

    vmin: float = hyperparameter(-50.0, "lowest atom of the return distribution", unit="discounted return")
    vmax: float = hyperparameter(250.0, "highest atom of the return distribution", unit="discounted return")
    num_atoms: int = hyperparameter(51, "atoms of the return distribution", unit="atoms", minimum=2)
    tau: float = hyperparameter(0.005, "target <- (1 - tau) target + tau online after each update", above=0, maximum=1)
    max_dqda_norm: float | None = hyperparameter(
        None, "norm at which dQ/da is clipped for each transition; null: not clipped", above=0
    )
    sigma: float = hyperparameter(
        0.2, "standard deviation of Gaussian exploration noise", unit="action units", minimum=0
    )

    def conflicts(self) -> Iterator[tuple[str, str]]:
        """As in the base class, and the rule of the support."""
        yield from super().conflicts()
        yield from support_conflicts(self.vmin, self.vmax)

"""Hyperparameters of ARS."""

import dataclasses
from collections.abc import Iterator
from typing import ClassVar

from walker_rl.hyperparameters import hyperparameter


@dataclasses.dataclass(frozen=True)
class Config:
    """ARS: random search in the weights of a small policy, by episodes in opposite directions."""

    display_name: ClassVar[str] = "ARS"
    paper: ClassVar[str] = "Mania et al. 2018, https://arxiv.org/abs/1803.07055"

    hidden_sizes: tuple[int, ...] = hyperparameter((8,), "hidden layers of the policy", unit="units", minimum=1)
    num_directions: int = hyperparameter(
        8, "directions between updates, each played twice", unit="directions", minimum=1, maximum=10_000
    )
    num_best: int = hyperparameter(
        4, "directions that an update follows: those with the highest scores", unit="directions", minimum=1
    )
    sigma: float = hyperparameter(0.3, "standard deviation of a direction's changes to the weights", above=0)
    step_size: float = hyperparameter(0.3, "step along the mean direction, whose scores have deviation 1", above=0)

    @property
    def target_samples_per_insert(self) -> float:
        """Target number of samples per pair of episodes."""
        return 1.0

    @property
    def min_steps_to_learn(self) -> int:
        """Environment steps before which no update can be due: every episode has at least one."""
        return 2 * self.num_directions

    def conflicts(self) -> Iterator[tuple[str, str]]:
        """Yields `(field, what is allowed)` for each rule between fields that is broken."""
        if self.num_best > self.num_directions:
            yield "num_best", f"at most agent.num_directions = {self.num_directions}"

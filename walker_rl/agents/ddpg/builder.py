"""The parts of DDPG."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from walker_rl.agents.ddpg.config import Config
from walker_rl.agents.off_policy_builder import DeterministicBuilder

if TYPE_CHECKING:
    from walker_rl.agents.ddpg.learning import DDPGLearner
    from walker_rl.agents.networks import Networks


class Builder(DeterministicBuilder[Config]):
    """DDPG: a deterministic policy with noise, and a scalar critic."""

    def make_networks(self, seed: int) -> Networks:
        """Online and target networks with their initial weights."""
        from walker_rl.agents.networks import Networks, scalar_critic

        return Networks.from_seed(self.config, self.architecture, scalar_critic, seed)

    def make_learner(self, networks: Networks, dataset: Iterator[np.ndarray], seed: int) -> DDPGLearner:
        """A learner that trains `networks` and serves their variables."""
        from walker_rl.agents.ddpg.learning import DDPGLearner

        return DDPGLearner(self.config, networks, dataset, seed)

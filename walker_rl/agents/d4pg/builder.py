"""The parts of D4PG."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from walker_rl.agents.d4pg.config import Config
from walker_rl.agents.off_policy_builder import DeterministicBuilder

if TYPE_CHECKING:
    from walker_rl.agents.d4pg.learning import D4PGLearner
    from walker_rl.agents.networks import Networks


class Builder(DeterministicBuilder[Config]):
    """D4PG: a deterministic policy with noise, and a critic of the return distribution."""

    def make_networks(self, seed: int) -> Networks:
        """Online and target networks with their initial weights."""
        from walker_rl.agents.networks import Networks, distributional_critic

        return Networks.from_seed(self.config, self.architecture, distributional_critic, seed)

    def make_learner(self, networks: Networks, dataset: Iterator[np.ndarray], seed: int) -> D4PGLearner:
        """A learner that trains `networks` and serves their variables."""
        from walker_rl.agents.d4pg.learning import D4PGLearner

        return D4PGLearner(self.config, networks, dataset, seed)

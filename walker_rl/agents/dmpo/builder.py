"""The parts of DMPO."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from walker_rl.agents.dmpo.config import Config
from walker_rl.agents.off_policy_builder import SamplingBuilder

if TYPE_CHECKING:
    from walker_rl.agents.dmpo.learning import DMPOLearner
    from walker_rl.agents.networks import Networks


class Builder(SamplingBuilder[Config]):
    """DMPO: a Gaussian policy that acts by samples and is evaluated by its mean."""

    head = "gaussian"

    def make_networks(self, seed: int) -> Networks:
        """Online and target networks with their initial weights."""
        from walker_rl.agents.networks import Networks, distributional_critic

        return Networks.from_seed(self.config, self.architecture, distributional_critic, seed)

    def make_learner(self, networks: Networks, dataset: Iterator[np.ndarray], seed: int) -> DMPOLearner:
        """A learner that trains `networks` and serves their variables."""
        from walker_rl.agents.dmpo.learning import DMPOLearner

        return DMPOLearner(self.config, networks, dataset, seed)

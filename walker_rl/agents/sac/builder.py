"""The parts of SAC."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from walker_rl.agents.off_policy_builder import SamplingBuilder
from walker_rl.agents.sac.config import Config

if TYPE_CHECKING:
    from walker_rl.agents.networks import Networks
    from walker_rl.agents.sac.learning import SACLearner


class Builder(SamplingBuilder[Config]):
    """SAC: a squashed Gaussian policy that acts by samples and is evaluated by the tanh of its mean."""

    head = "tanh_gaussian"

    def make_networks(self, seed: int) -> Networks:
        """Online networks and the target critic with their initial weights."""
        from walker_rl.agents.networks import Networks, twin_critic

        return Networks.from_seed(self.config, self.architecture, twin_critic, seed, targets=("critic",))

    def make_learner(self, networks: Networks, dataset: Iterator[np.ndarray], seed: int) -> SACLearner:
        """A learner that trains `networks` and serves their variables."""
        from walker_rl.agents.sac.learning import SACLearner

        return SACLearner(self.config, networks, dataset, seed)

"""The parts of TD3."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from walker_rl.agents.off_policy_builder import DeterministicBuilder
from walker_rl.agents.td3.config import Config

if TYPE_CHECKING:
    from walker_rl.agents.networks import Networks
    from walker_rl.agents.td3.learning import TD3Learner


class Builder(DeterministicBuilder[Config]):
    """TD3: a deterministic policy with noise, and twin critics."""

    def make_networks(self, seed: int) -> Networks:
        """Online and target networks with their initial weights."""
        from walker_rl.agents.networks import Networks, twin_critic

        return Networks.from_seed(self.config, self.architecture, twin_critic, seed)

    def make_learner(self, networks: Networks, dataset: Iterator[np.ndarray], seed: int) -> TD3Learner:
        """A learner that trains `networks` and serves their variables."""
        from walker_rl.agents.td3.learning import TD3Learner

        return TD3Learner(self.config, networks, dataset, seed)

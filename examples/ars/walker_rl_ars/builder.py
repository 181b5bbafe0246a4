"""The parts of ARS."""

from collections.abc import Iterator

import numpy as np

from walker_rl.agents.queue_builder import QueueBuilder
from walker_rl.interfaces import VariableSource
from walker_rl.policies.numpy_policy import PolicyArchitecture
from walker_rl.policies.torso import TorsoSpec
from walker_rl.replay.item_adder import ItemAdder
from walker_rl_ars.config import Config
from walker_rl_ars.learning import ARSLearner, Start, make_start
from walker_rl_ars.pairs import PairActor, PairLayout, PairPolicy


class Builder(QueueBuilder[Config]):
    """ARS: actors play pairs of episodes, and the learner takes each pair once."""

    item_name = "pair of episodes"

    @property
    def items_per_step(self) -> int:
        """Pairs in one update."""
        return self.config.num_directions

    @property
    def architecture(self) -> PolicyArchitecture:
        """A small network with tanh units."""
        torso = TorsoSpec(self.config.hidden_sizes, layer_norm=False, activation="tanh")
        return PolicyArchitecture(*self.sizes, torso=torso, head="tanh")

    def make_networks(self, seed: int) -> Start:
        """The weights before the first update."""
        return make_start(self.architecture, seed)

    def make_learner(self, networks: Start, dataset: Iterator[np.ndarray], seed: int) -> ARSLearner:
        """A learner, which draws no random numbers."""
        return ARSLearner(self.config, networks, dataset)

    def make_policy(self, seed: int, noise_scale: float = 1.0) -> PairPolicy:
        """An actor's policy; `noise_scale` multiplies the length of its directions."""
        return PairPolicy(self.architecture, noise_scale * self.config.sigma, seed)

    @property
    def layout(self) -> PairLayout:
        """Layout of a pair in a row of floats."""
        return PairLayout(sum(map(int, map(np.prod, self.architecture.variable_shapes().values()))))

    def make_actor(self, policy: PairPolicy, adder: ItemAdder, variable_source: VariableSource, seed: int) -> PairActor:
        """An actor that takes its weights from `variable_source`."""
        return PairActor(policy, adder, variable_source)

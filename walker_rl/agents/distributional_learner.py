"""The learner of an agent whose critic is a distribution over returns: its loss and its support."""

from collections.abc import Iterator
from typing import TypeVar

import numpy as np
import tensorflow as tf

from walker_rl.agents.adam import Gradients
from walker_rl.agents.config import DistributionalConfig
from walker_rl.agents.network_learner import TensorMetrics
from walker_rl.agents.networks import Networks
from walker_rl.agents.off_policy_learner import OffPolicyLearner
from walker_rl.losses import categorical
from walker_rl.types import Transition

ConfigT = TypeVar("ConfigT", bound=DistributionalConfig)


class DistributionalLearner(OffPolicyLearner[ConfigT]):
    """Fits a categorical critic; with `support = auto`, the first batch determines its atoms."""

    def __init__(self, config: ConfigT, networks: Networks, dataset: Iterator[np.ndarray], seed: int) -> None:
        """Extends the base class with the atoms: a saved variable if they are guessed, else a constant."""
        super().__init__(config, networks, dataset, seed)
        self._guesses = config.support == "auto"
        atoms = tf.constant(np.linspace(config.vmin, config.vmax, config.num_atoms), tf.float32)
        self._atoms = tf.Variable(atoms, trainable=False) if self._guesses else atoms

    def _prepared(self, transition: Transition) -> Transition:
        """Extends the base class: guesses the support before the first update."""
        if self._guesses:
            tf.cond(tf.equal(self._num_steps, 0), lambda: self._guess_support(transition), tf.no_op)
        return super()._prepared(transition)

    def _guess_support(self, transition: Transition) -> tf.Operation:
        low, high = tf.unstack(categorical.guessed_support(transition.reward, transition.discount))
        atoms = tf.linspace(low, high, self._config.num_atoms)
        return tf.group(self._atoms.assign(tf.where(high > low, atoms, self._atoms)))

    def _fit(self, transition: Transition, next_probabilities: tf.Tensor) -> tuple[Gradients, TensorMetrics]:
        """Gradients of `-mean sum_i Y_i log Z_i(s, a)` with `Y = project(R + gamma Z')` and `Z'` `[B, K]` of `s'`."""
        critic = self._networks.critic
        target = categorical.bellman_target(transition.reward, transition.discount, next_probabilities, self._atoms)
        with tf.GradientTape() as tape:
            logits = critic(transition.observation, transition.action)
            loss = tf.reduce_mean(categorical.cross_entropy(target, logits))
        metrics = {"critic_loss": loss, "end_atom_mass": categorical.end_atom_mass(target)}
        if self._guesses:
            metrics |= {"support_min": self._atoms[0], "support_max": self._atoms[-1]}
        return tape.gradient(loss, self._optimizers["critic"].variables), metrics

    def _state(self) -> dict[str, tf.Variable]:
        return {**super()._state(), **({"atoms": self._atoms} if self._guesses else {})}

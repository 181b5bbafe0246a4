"""D4PG's update (Barth-Maron et al. 2018, Algorithm 1, the learner)."""

import tensorflow as tf

from walker_rl.agents.adam import Gradients
from walker_rl.agents.d4pg.config import Config
from walker_rl.agents.deterministic_learner import DeterministicLearner
from walker_rl.agents.distributional_learner import DistributionalLearner
from walker_rl.agents.network_learner import TensorMetrics
from walker_rl.losses import categorical
from walker_rl.types import Transition


class D4PGLearner(DeterministicLearner[Config], DistributionalLearner[Config]):
    """Fits the critic's distribution to the projected Bellman target; the policy climbs its mean or lower tail."""

    def _critic_gradients(self, transition: Transition) -> tuple[Gradients, TensorMetrics]:
        """Gradients of `-mean sum_i Y_i log Z_i(s, a)` with `Y = project(R + gamma Z'(s', mu'(s')))` (section 3)."""
        networks = self._networks
        next_action = networks.target_policy(transition.next_observation)
        next_probabilities = tf.nn.softmax(networks.target_critic(transition.next_observation, next_action))
        return self._fit(transition, next_probabilities)

    def _value(self, observation: tf.Tensor, action: tf.Tensor) -> tf.Tensor:
        """`Q = sum_i z_i Z_i(s, a)`, which the policy climbs by `dQ/da(s', mu(s')) dmu/dw(s')` (section 3).

        With `cvar_level` below 1, it is the mean of the worst outcomes instead.
        """
        atoms, level = self._atoms, self._config.cvar_level
        probabilities = tf.nn.softmax(self._networks.critic(observation, action))
        if level == 1.0:
            return categorical.expected_value(probabilities, atoms)
        return categorical.lower_tail_mean(probabilities, atoms, level)

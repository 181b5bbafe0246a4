"""DDPG's update (Lillicrap et al. 2016, Algorithm 1)."""

import tensorflow as tf

from walker_rl.agents.adam import Gradients
from walker_rl.agents.ddpg.config import Config
from walker_rl.agents.deterministic_learner import DeterministicLearner
from walker_rl.agents.network_learner import TensorMetrics
from walker_rl.losses.temporal_difference import squared_td_error
from walker_rl.types import Transition


class DDPGLearner(DeterministicLearner[Config]):
    """Regresses a scalar critic on the target networks' bootstrap; the policy climbs the critic."""

    def _critic_gradients(self, transition: Transition) -> tuple[Gradients, TensorMetrics]:
        """Gradients of `mean (y - Q(s, a))^2 / 2` with `y = R + gamma Q'(s', mu'(s'))` (equation 4)."""
        networks = self._networks
        next_action = networks.target_policy(transition.next_observation)
        next_value = networks.target_critic(transition.next_observation, next_action)
        return self._regress(squared_td_error, transition, next_value)

    def _value(self, observation: tf.Tensor, action: tf.Tensor) -> tf.Tensor:
        """`Q(s, a)`, which the policy climbs by `dQ/da(s', mu(s')) dmu/dw(s')` (equation 6)."""
        return self._networks.critic(observation, action)

"""DDPG's update against its equations in NumPy."""

import numpy as np
import pytest

from tests.agents import references


class Reference(references.Reference):
    """Lillicrap et al. 2016, Algorithm 1."""

    def update(self, batch, step):
        next_action = self.action(self.targets["policy"], batch.next_observation)
        next_value = self.values(self.targets["critic"], batch.next_observation, next_action)
        target = batch.reward + batch.discount * next_value

        def critic_loss():
            return np.mean((target - self.values(self.critic, batch.observation, batch.action)) ** 2) / 2

        def value_of(action):
            return self.values(self.critic, batch.next_observation, action)

        policy_gradient, metrics = self.climb(value_of, batch.next_observation, self.config.max_dqda_norm)
        metrics["critic_loss"] = critic_loss()
        norms = self.descend(critic=references.gradient(critic_loss, self.critic), policy=policy_gradient)
        self.move_targets()
        return {**metrics, **norms}


@pytest.mark.parametrize("max_dqda_norm", [None, 0.5])
def test_the_update_is_that_of_the_paper(max_dqda_norm):
    references.compare("ddpg", Reference, max_dqda_norm=max_dqda_norm)

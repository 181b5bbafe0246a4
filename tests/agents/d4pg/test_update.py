"""D4PG's update against its equations in NumPy."""

import numpy as np
import pytest

from tests.agents import references
from tests.losses.test_categorical import mean_of_worst

ATOMS = {"vmin": -10.0, "vmax": 10.0, "num_atoms": 11}


class Reference(references.DistributionalReference):
    """Barth-Maron et al. 2018, Algorithm 1, the learner; the policy climbs the mean of the worst outcomes."""

    def update(self, batch, step):
        next_action = self.action(self.targets["policy"], batch.next_observation)
        next_probabilities = self.probabilities(self.targets["critic"], batch.next_observation, next_action)
        critic_gradient, critic_metrics = self.fit(batch, next_probabilities)

        def value_of(action):
            rows = self.probabilities(self.critic, batch.next_observation, action)
            return np.array([mean_of_worst(row, self.atoms, self.config.cvar_level) for row in rows])

        policy_gradient, metrics = self.climb(value_of, batch.next_observation, self.config.max_dqda_norm)
        norms = self.descend(critic=critic_gradient, policy=policy_gradient)
        self.move_targets()
        return {**critic_metrics, **metrics, **norms}


@pytest.mark.parametrize("cvar_level", [1.0, 0.25])
@pytest.mark.parametrize("max_dqda_norm", [None, 0.5])
def test_the_update_is_that_of_the_paper(cvar_level, max_dqda_norm):
    references.compare("d4pg", Reference, cvar_level=cvar_level, max_dqda_norm=max_dqda_norm, **ATOMS)

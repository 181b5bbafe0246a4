"""SAC's update against its equations in NumPy."""

import functools

import numpy as np
import pytest

from tests.agents import learners, references
from tests.losses.densities import log_density
from walker_rl.schedules import Linear

TEMPERATURE, TEMPERATURE_LEARNING_RATE = 0.4, 0.1


class Reference(references.Reference):
    """Haarnoja et al. 2018, Algorithm 1, with one sample per state."""

    def __init__(self, config, networks, target_entropies):
        super().__init__(config, networks)
        self.target_entropies = target_entropies
        self.log_temperature = np.array(np.log(config.init_temperature))
        dual = {"log_temperature": self.log_temperature}
        self.optimizers["temperature"] = references.Adam(dual, config.temperature_learning_rate)

    def sample(self, observation, noise):
        """Actions, the logarithm of their density, and the standard deviations before tanh."""
        mean, log_stddev = (self.outputs(self.policy, observation, layer) for layer in ("mean", "stddev"))
        stddev = self.config.init_stddev * np.exp(log_stddev)
        unsquashed = mean + stddev * noise
        action = np.tanh(unsquashed)
        return action, log_density(unsquashed, mean, stddev) - np.log(1 - action**2).sum(axis=-1), stddev

    def update(self, batch, step):
        temperature, observation = np.exp(self.log_temperature), batch.next_observation
        noise = references.noise(batch.action.shape, step)
        action, density, stddev = self.sample(observation, noise)
        next_values = self.twin_values(self.targets["critic"], observation, action)
        assert set(next_values.argmin(axis=0)) == {0, 1}, "so that each critic is the lower one of some"
        target = batch.reward + batch.discount * (next_values.min(axis=0) - temperature * density)

        def critic_loss():
            errors = target - self.twin_values(self.critic, batch.observation, batch.action)
            return np.mean((errors**2).sum(axis=0)) / 2

        def policy_loss():
            action, density, _ = self.sample(observation, noise)
            return np.mean(temperature * density - self.twin_values(self.critic, observation, action).min(axis=0))

        metrics = {
            "critic_loss": critic_loss(),
            "policy_loss": policy_loss(),
            "q_mean": np.mean(self.twin_values(self.critic, observation, action)),
            "entropy": -np.mean(density),
            "policy_stddev_mean": np.mean(stddev),
            "temperature": temperature,
        }
        norms = self.descend(
            critic=references.gradient(critic_loss, self.critic),
            policy=references.gradient(policy_loss, self.policy),
            temperature={"log_temperature": np.array(-np.mean(density + self.target_entropies[step]))},
        )
        self.move_targets()
        return {**metrics, **norms}


@pytest.mark.parametrize(
    ("target_entropy", "at_updates"),
    [
        (None, [-learners.ACTION_SIZE] * 3),
        (100.0, [100.0, 100.0, 100.0]),
        (Linear(100.0, -300.0, 6, 8), [100.0, -100.0, -300.0]),
    ],
    ids=["minus the number of action dimensions", "the one asked for", "a schedule"],
)
def test_the_update_is_that_of_the_paper(target_entropy, at_updates):
    """The temperature falls in the first case and rises in the second. Updates are due after 6, 7 and 8 steps."""
    settings = {"init_temperature": TEMPERATURE, "temperature_learning_rate": TEMPERATURE_LEARNING_RATE}
    pace = {"samples_per_insert": learners.BATCH_SIZE, "min_replay_size": 5}
    make_reference = functools.partial(Reference, target_entropies=at_updates)
    references.compare("sac", make_reference, target_entropy=target_entropy, **settings, **pace)

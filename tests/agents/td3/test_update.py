"""TD3's update against its equations in NumPy, and which critic counts."""

import numpy as np
import pytest

from tests.agents import learners, references

MAX_NOISE = 0.3


class Reference(references.Reference):
    """Fujimoto et al. 2018, Algorithm 1; the policy's metrics stay until its next update."""

    def __init__(self, config, networks):
        super().__init__(config, networks)
        self.policy_metrics = dict.fromkeys(("policy_loss", "q_mean", "policy_gradient_norm"), 0.0)

    def update(self, batch, step):
        action = self.action(self.targets["policy"], batch.next_observation)
        noise = self.config.target_sigma * references.noise(action.shape, step)
        assert noise.min() < -MAX_NOISE and noise.max() > MAX_NOISE, "so that it is clipped on both sides"
        smoothed = np.clip(action + np.clip(noise, -MAX_NOISE, MAX_NOISE), -1, 1)
        next_values = self.twin_values(self.targets["critic"], batch.next_observation, smoothed)
        assert set(next_values.argmin(axis=0)) == {0, 1}, "so that each critic is the lower one of some"
        target = batch.reward + batch.discount * next_values.min(axis=0)

        def critic_loss():
            errors = target - self.twin_values(self.critic, batch.observation, batch.action)
            return np.mean((errors**2).sum(axis=0)) / 2

        metrics = {"critic_loss": critic_loss()}
        metrics |= self.descend(critic=references.gradient(critic_loss, self.critic))
        if (step + 1) % self.config.policy_period == 0:
            self.improve_policy(batch.next_observation)
        return {**metrics, **self.policy_metrics}

    def improve_policy(self, observation):
        """By the first critic, which the update has changed already."""
        slopes, metrics = self.climb(lambda action: self.twin_values(self.critic, observation, action)[0], observation)
        self.policy_metrics = {**metrics, **self.descend(policy=slopes)}
        self.move_targets()


@pytest.mark.parametrize("policy_period", [1, 2, 3])
def test_the_update_is_that_of_the_paper(policy_period):
    settings = {"target_sigma": 0.4, "max_target_noise": MAX_NOISE}
    references.compare("td3", Reference, policy_period=policy_period, **settings)


def test_the_first_critic_turned_around_turns_the_policy_around_and_the_second_does_nothing():
    config = learners.make_config("td3", policy_period=1, critic_learning_rate=1e-12)
    networks = learners.make_networks("td3", config)
    learners.randomise(networks)
    learner = learners.make_learner("td3", config, networks, learners.random_batches(1) * 3, references.SEED)
    state, climbed = learner.save(), []
    for turned in ("none", "0", "1"):
        layer = {name: -value for name, value in state.items() if name.startswith(f"critic/{turned}/value/")}
        learner.restore({**state, **layer})
        q_mean = learner.step()["q_mean"]
        climbed.append((q_mean, learner.save()["policy_optimizer/m/mean/w"]))
    (q_mean, gradient), (turned_q_mean, turned_gradient), (same_q_mean, same_gradient) = climbed
    assert (turned_q_mean, same_q_mean) == (-q_mean, q_mean)
    np.testing.assert_allclose(turned_gradient, -gradient, rtol=1e-4)
    np.testing.assert_allclose(same_gradient, gradient, rtol=1e-4)

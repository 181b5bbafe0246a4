"""DMPO's update against its equations in NumPy."""

import numpy as np
import pytest

from tests.agents import learners, references
from tests.losses.test_mpo import numpy_mpo_loss
from walker_rl.losses.mpo import Bounds, Duals
from walker_rl.networks.heads import Gaussian

NUM_SAMPLES, LOWEST = 4, -18.0
SETTINGS = {
    "vmin": -10.0,
    "vmax": 10.0,
    "num_atoms": 11,
    "num_samples": NUM_SAMPLES,
    "init_stddev": 0.7,
    "init_log_temperature": 1.0,
    "init_log_alpha_mean": 2.0,
    "epsilon": 0.1,
    "epsilon_penalty": 0.02,
    "epsilon_mean": 0.01,
    "epsilon_stddev": 0.5,
}


class Reference(references.DistributionalReference):
    """MPO with decoupled bounds and a distributional critic (Abdolmaleki et al. 2018b)."""

    def __init__(self, config, networks):
        super().__init__(config, networks)
        self.bounds = Bounds(*(getattr(config, name) for name in Bounds._fields))
        self.log_duals = {
            "temperature": np.array(config.init_log_temperature),
            "penalty_temperature": np.array(config.init_log_temperature),
            "alpha_mean": np.full(learners.ACTION_SIZE, config.init_log_alpha_mean),
            "alpha_stddev": np.full(learners.ACTION_SIZE, config.init_log_alpha_stddev),
        }
        self.optimizers["dual"] = references.Adam(self.log_duals, config.dual_learning_rate)

    def gaussian(self, policy, observation):
        mean, before_softplus = (self.outputs(policy, observation, layer) for layer in ("mean", "stddev"))
        return Gaussian(mean, self.config.init_stddev * np.log1p(np.exp(before_softplus)) / np.log(2) + 1e-6)

    def update(self, batch, step):
        if step % self.config.target_update_period == 0:
            for name, online in (("policy", self.policy), ("critic", self.critic)):
                self.targets[name] = {key: value.copy() for key, value in online.items()}
        target = self.gaussian(self.targets["policy"], batch.next_observation)
        actions = target.mean + target.stddev * references.noise((NUM_SAMPLES, *target.mean.shape), step)
        assert np.abs(actions).max() > 1, "so that some are clipped"
        observations = np.broadcast_to(batch.next_observation, (NUM_SAMPLES, *batch.next_observation.shape))
        probabilities = self.probabilities(self.targets["critic"], observations, np.clip(actions, -1, 1))
        critic_gradient, metrics = self.fit(batch, probabilities.mean(axis=0))
        improvement, policy_metrics = self.improvement(
            batch.next_observation, target, actions, probabilities @ self.atoms
        )
        norms = self.descend(critic=critic_gradient, **improvement)
        for log_dual in self.log_duals.values():
            np.maximum(log_dual, LOWEST, out=log_dual)
        return {**metrics, **policy_metrics, **norms}

    def improvement(self, observation, target, actions, values):
        """Gradients of the policy and of the duals, and their metrics."""

        def losses():
            online = self.gaussian(self.policy, observation)
            duals = Duals(**{name: np.log1p(np.exp(value)) + 1e-8 for name, value in self.log_duals.items()})
            return numpy_mpo_loss(online, target, actions, values, duals, self.bounds)

        policy_loss, metrics = losses()
        stddev = self.gaussian(self.policy, observation).stddev
        metrics |= {
            "policy_loss": policy_loss + metrics["dual_loss"],
            "q_mean": np.mean(values),
            "policy_stddev_mean": stddev.mean(),
            "policy_stddev_min": stddev.min(),
            "policy_stddev_max": stddev.max(),
        }
        gradients = {
            "policy": references.gradient(lambda: losses()[0], self.policy),
            "dual": references.gradient(lambda: losses()[1]["dual_loss"], self.log_duals),
        }
        return gradients, metrics


@pytest.mark.parametrize("init_log_alpha_stddev", [3.0, LOWEST + 1e-3], ids=["usual", "at the lowest dual"])
def test_the_update_is_that_of_the_paper(init_log_alpha_stddev):
    """At the second update targets are not the online networks; a dual that starts at the lowest would fall further."""
    references.compare("dmpo", Reference, init_log_alpha_stddev=init_log_alpha_stddev, **SETTINGS)

"""Imitation of the prior: its gradient, which rows it is of, and that every agent does it."""

import numpy as np
import pytest
import tensorflow as tf

from tests.agents import learners
from tests.fakes import random_variables
from walker_rl.agents.config import PriorConfig
from walker_rl.agents.imitation import imitation_gradients
from walker_rl.networks.policy import PolicyNetwork
from walker_rl.policies.numpy_policy import NumpyPolicy, PolicyArchitecture
from walker_rl.policies.torso import TorsoSpec
from walker_rl.schedules import Linear


@pytest.mark.parametrize("head", ["tanh", "gaussian", "tanh_gaussian"])
def test_the_gradient_is_that_of_the_mean_squared_distance(head):
    """Central differences of the distance as NumPy's evaluation of the policy has it, in 20 weights."""
    architecture = PolicyArchitecture(3, 2, torso=TorsoSpec((6,), layer_norm=False, activation="tanh"), head=head)
    network = PolicyNetwork(architecture, seed=0, initialization="uniform_fan_out")
    weights = random_variables(architecture)
    weights = {name: value * 0.3 for name, value in weights.items()}  # No mean reaches the bounds.
    variables = network.named_variables()
    for name, variable in variables.items():
        variable.assign(weights[name])
    generator = np.random.default_rng(0)
    observation = generator.normal(size=(7, 3)).astype(np.float32)
    action = generator.uniform(-1, 1, (7, 2)).astype(np.float32)

    def distance(changed) -> float:
        policy = NumpyPolicy(architecture)
        policy.update(changed)
        return float(np.mean(np.sum((policy.action(observation).astype(np.float64) - action) ** 2, axis=1)))

    gradients = imitation_gradients(network, variables, tf.constant(observation), tf.constant(action))
    for name in [name for name in weights if name.startswith(("hidden_0", "mean"))]:
        place = tuple(generator.integers(weights[name].shape))
        step = np.zeros_like(weights[name])
        step[place] = 0.01
        slope = (
            distance({**weights, name: weights[name] + step}) - distance({**weights, name: weights[name] - step})
        ) / 0.02
        np.testing.assert_allclose(gradients[name].numpy()[place], slope, rtol=0.01, atol=1e-4)


def test_of_no_rows_there_is_no_gradient():
    architecture = PolicyArchitecture(3, 2, torso=TorsoSpec((6,), layer_norm=True, activation="elu"), head="tanh")
    network = PolicyNetwork(architecture, seed=0, initialization="uniform_fan_out")
    gradients = imitation_gradients(network, network.named_variables(), tf.zeros([0, 3]), tf.zeros([0, 2]))
    assert all(not gradient.numpy().any() for gradient in gradients.values())


def distances(learner, batch) -> np.ndarray:
    """From the policy's actions to those of the batch, `[B]`."""
    policy = learner._networks.policy
    return np.linalg.norm(np.asarray(policy.mean_action(tf.constant(batch.observation))) - batch.action, axis=1)


@pytest.mark.parametrize("agent", learners.OFF_POLICY)
def test_the_policy_comes_near_the_priors_actions_and_no_others(agent):
    """A quarter of each batch is the prior's; once the weight is zero, nothing pulls any more."""
    prior = PriorConfig(policy="gait", num_steps=10, share=0.25, imitation=Linear(1e6, 0.0, 0, 400))
    settings = {"samples_per_insert": learners.BATCH_SIZE, "min_replay_size": 5, "policy_learning_rate": 3e-3}
    config = learners.make_config(agent, prior=prior, **settings)
    (batch,) = learners.random_batches(1)
    learner = learners.make_learner(agent, config, learners.make_networks(agent, config), [batch] * 300)
    before = distances(learner, batch)
    for _ in range(300):
        learner.step()
    after = distances(learner, batch)
    assert after[:4].max() < 0.3 * before[:4].max()
    assert after[4:].max() > 0.7


@pytest.mark.parametrize("agent", learners.OFF_POLICY[:1])
@pytest.mark.parametrize("samples_per_insert", [8.0, 16.0, 100.0])
def test_replay_and_learner_count_the_same_rows(agent, samples_per_insert):
    prior = PriorConfig(policy="gait", num_steps=10, share=Linear(0.5, 0.1, 20, 60))
    config = learners.make_config(agent, prior=prior, samples_per_insert=samples_per_insert, min_replay_size=5)
    learner = learners.make_learner(agent, config, learners.make_networks(agent, config), [])
    builder = learners.agents.make_builder(agent, config, learners.SPEC)
    for learner_steps in range(200):
        learner._num_steps.assign(learner_steps)
        assert int(tf.round(16 * learner._exact(prior.share))) == builder._num_prior_rows(learner_steps)

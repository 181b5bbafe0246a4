"""SAC's update against its equations in NumPy."""

import numpy as np
import pytest
import tensorflow as tf

from tests.agents import learners
from walker_rl.policies.numpy_policy import NumpyPolicy

SEED, TEMPERATURE = 3, 0.4


def make(batches, **overrides):
    config = learners.make_config("sac", init_temperature=TEMPERATURE, **overrides)
    networks = learners.make_networks("sac", config)
    learners.randomise(networks)
    return learners.make_learner("sac", config, networks, batches, SEED), networks


def sample(networks, learner, observation):
    """The actions that the update samples, and the logarithm of their density, in double precision."""
    policy = NumpyPolicy(networks.architecture)
    policy.update(*learner.get_variables(["policy"]))
    mean, stddev = (array.astype(np.float64) for array in policy.distribution(observation))
    noise = tf.random.stateless_normal(mean.shape, seed=[SEED, 0]).numpy()
    action = np.tanh(mean + stddev * noise)
    of_gaussian = -0.5 * noise**2 - np.log(stddev) - 0.5 * np.log(2 * np.pi)
    return action, (of_gaussian - np.log(1 - action**2)).sum(axis=-1)


def test_losses_are_those_of_the_paper():
    batch = learners.random_batches(1)[0]
    learner, networks = make([batch])
    action, log_density = sample(networks, learner, batch.next_observation)
    action = action.astype(np.float32)
    online = networks.critic(batch.next_observation, action).numpy()
    target = networks.target_critic(batch.next_observation, action).numpy().min(axis=0) - TEMPERATURE * log_density
    errors = batch.reward + batch.discount * target - networks.critic(batch.observation, batch.action).numpy()
    metrics = learner.step()
    np.testing.assert_allclose(metrics["critic_loss"], 0.5 * np.square(errors).sum(axis=0).mean(), rtol=1e-4)
    expected = (TEMPERATURE * log_density - online.min(axis=0)).mean()
    np.testing.assert_allclose(metrics["policy_loss"], expected, rtol=1e-4)
    np.testing.assert_allclose(metrics["entropy"], -log_density.mean(), rtol=1e-4)
    np.testing.assert_allclose(metrics["temperature"], TEMPERATURE, rtol=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize(("target_entropy", "grows"), [(100.0, True), (-100.0, False)])
def test_the_temperature_sees_to_the_entropy(target_entropy, grows):
    learner, _ = make(learners.random_batches(2), target_entropy=target_entropy, temperature_learning_rate=0.1)
    before, after = (learner.step()["temperature"] for _ in range(2))
    np.testing.assert_allclose(after, before * np.exp(0.1 if grows else -0.1), rtol=1e-4)  # Adam's first step.


def test_the_entropy_asked_for_is_minus_the_number_of_action_dimensions_by_default():
    by_default, told = (
        make(learners.random_batches(3), target_entropy=target_entropy)[0]
        for target_entropy in (None, -float(learners.ACTION_SIZE))
    )
    for _ in range(3):
        assert by_default.step() == told.step()


def test_the_policys_gradient_is_that_of_its_loss():
    """A small step of plain descent, estimated from the change of the loss on the same noise."""
    batch = learners.random_batches(1)[0]
    slopes = []
    for shift in (-1e-3, 1e-3):
        learner, networks = make([batch])
        bias = networks.policy.named_variables()["mean/b"]
        bias.assign(bias + shift)
        learner.restore(learner.save())
        slopes.append(learner.step()["policy_loss"])
    numerical = (slopes[1] - slopes[0]) / 2e-3
    learner, networks = make([batch])
    gradients, *_ = learner._policy_gradients(tf.constant(batch.next_observation), tf.constant(TEMPERATURE))
    np.testing.assert_allclose(gradients["mean/b"].numpy().sum(), numerical, rtol=0.02)

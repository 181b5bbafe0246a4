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
from walker_rl.types import Transition


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


def test_the_policy_comes_near_the_priors_actions_and_no_others():
    """A quarter of each batch is the prior's."""
    agent = learners.OFF_POLICY[0]
    prior = PriorConfig(policy="gait", num_steps=10, share=0.25, imitation=1e6)
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


CONSTANT = 3.0, (3.0, 3.0)
FALLING = Linear(3.0, 0.0, 13, 22), (6 / 3, 5 / 3)
OVER = Linear(3.0, 0.0, 0, 16), (0.0, 0.0)


@pytest.mark.parametrize(
    ("agent", "imitation", "weights"),
    [(learners.OFF_POLICY[0], *CONSTANT), (learners.OFF_POLICY[0], *OVER)]
    + [(agent, *FALLING) for agent in learners.OFF_POLICY],
)
def test_the_pull_has_the_weight_of_the_schedule(agent, imitation, weights):
    """Adam's first moments show what is added to the policy's first gradient, of an update after 16 or 17 steps."""
    (batch,) = learners.random_batches(1)

    def first_moments(imitation):
        prior = PriorConfig(policy="gait", num_steps=10, share=0.25, imitation=imitation)
        pace = {"samples_per_insert": learners.BATCH_SIZE, "min_replay_size": 5}
        config = learners.make_config(agent, prior=prior, max_gradient_norm=None, **pace)
        networks = learners.make_networks(agent, config)
        policy = learners.make_networks(agent, config).policy  # It stays as it is.
        learner = learners.make_learner(agent, config, networks, [batch] * len(weights))
        for weight in weights:
            learner.step()
            state = learner.save()
            moments = {name: state[f"policy_optimizer/m/{name}"] for name in policy.named_variables()}
            if any(moment.any() for moment in moments.values()):
                return moments, policy, weight
        raise AssertionError("the policy never changes")

    pulled, policy, weight = first_moments(imitation)
    free, _, _ = first_moments(0.0)
    rows = tf.constant(batch.observation[:4]), tf.constant(batch.action[:4])
    for name, pull in imitation_gradients(policy, policy.named_variables(), *rows).items():
        added = pulled[name] - free[name]
        np.testing.assert_allclose(added, 0.1 * weight * pull.numpy(), rtol=1e-3, atol=1e-6, err_msg=name)


@pytest.mark.parametrize(
    ("batch_size", "share", "learner_steps", "num_rows"),
    [
        (256, Linear(0.25, 0.0, 0, 400_000), 253_124, 20),
        (100, Linear(0.5, 0.0, 0, 250_000), 72_499, 30),
    ],
)
def test_replay_and_learner_count_the_same_rows_where_half_a_row_is_rounded(batch_size, share, learner_steps, num_rows):
    """D4PG's policy depends on the actions in the prior's rows alone, since both gradients are of the same weights."""
    prior = PriorConfig(policy="gait", share=share, imitation=1.0)
    config = learners.make_config("d4pg", batch_size=batch_size, samples_per_insert=batch_size, prior=prior)
    assert config.num_prior_rows(learner_steps) == num_rows
    parts = zip(*learners.random_batches(batch_size // learners.BATCH_SIZE + 1), strict=True)
    batch = Transition(*(np.concatenate(part)[:batch_size] for part in parts))

    def policy_after(row):
        """With the opposite of the action in that row."""
        changed = batch._replace(action=batch.action.copy())
        changed.action[row] *= -1
        learner = learners.make_learner("d4pg", config, learners.make_networks("d4pg", config), [changed])
        learner.restore({**learner.save(), "num_steps": np.int64(learner_steps)})
        learner.step()
        return learner.policy_weights

    last = policy_after(batch_size - 1)
    assert np.array_equal(policy_after(num_rows), last)
    assert not np.array_equal(policy_after(num_rows - 1), last)

"""TD3's update: what is delayed, what is smoothed, and which critic counts."""

import numpy as np
import pytest
import tensorflow as tf

from tests.agents import learners

SEED = 3


def make(batches, **overrides):
    config = learners.make_config("td3", **overrides)
    networks = learners.make_networks("td3", config)
    learners.randomise(networks)
    return learners.make_learner("td3", config, networks, batches, SEED), networks


@pytest.mark.parametrize("period", [1, 2, 3])
def test_policy_and_targets_move_at_every_so_manyth_update(period):
    learner, networks = make(learners.random_batches(7), policy_period=period)
    for step in range(1, 8):
        before = learners.weights(networks)
        metrics = learner.step()
        after = learners.weights(networks)
        moved = {name.split("/")[0] for name in after if not np.array_equal(before[name], after[name])}
        delayed = {"policy", "target_policy", "target_critic"} if step % period == 0 else set()
        assert moved == {"critic"} | delayed
        assert (metrics["policy_gradient_norm"] > 0) == (step >= period)


def test_the_critics_regress_on_the_lower_target_at_a_smoothed_action():
    batch = learners.random_batches(1)[0]
    learner, networks = make([batch], target_sigma=0.4, max_target_noise=0.3)
    noise = 0.4 * tf.random.stateless_normal([learners.BATCH_SIZE, learners.ACTION_SIZE], seed=[SEED, 0]).numpy()
    assert (np.abs(noise) > 0.3).any()
    action = networks.target_policy(batch.next_observation).numpy() + np.clip(noise, -0.3, 0.3)
    next_values = networks.target_critic(batch.next_observation, np.clip(action, -1, 1)).numpy()
    assert (next_values[0] < next_values[1]).any() and (next_values[0] > next_values[1]).any()
    target = batch.reward + batch.discount * next_values.min(axis=0)
    values = networks.critic(batch.observation, batch.action).numpy()
    expected = 0.5 * np.square(target - values).sum(axis=0).mean()
    np.testing.assert_allclose(learner.step()["critic_loss"], expected, rtol=1e-5)


def test_the_policy_climbs_the_first_critic():
    """A second critic that is turned around changes nothing for the policy."""
    moved = []
    for sign in (1, -1):
        learner, networks = make(learners.random_batches(1), policy_period=1, critic_learning_rate=1e-12)
        for name in ("value/w", "value/b"):
            variable = networks.critic.critics[1].named_variables()[name]
            variable.assign(sign * variable)
        metrics = learner.step()
        moved.append((metrics["q_mean"], learners.weights(networks)["policy/mean/w"]))
    assert moved[0][0] == moved[1][0]
    np.testing.assert_array_equal(moved[0][1], moved[1][1])

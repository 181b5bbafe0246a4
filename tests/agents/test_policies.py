"""Behaviour policies: what they add to a network's output, and that they stay in bounds."""

import numpy as np
import pytest

from tests.fakes import random_variables
from walker_rl.agents.exploration import GaussianNoise, OrnsteinUhlenbeckNoise
from walker_rl.agents.policies import BehaviourPolicy, NoisyPolicy, SamplingPolicy
from walker_rl.policies.numpy_policy import NumpyPolicy, PolicyArchitecture
from walker_rl.policies.torso import TorsoSpec
from walker_rl.schedules import Linear, Schedule

OBSERVATION = np.random.default_rng(5).normal(size=22).astype(np.float32)


def architecture(head: str) -> PolicyArchitecture:
    return PolicyArchitecture(
        observation_size=22, action_size=6, torso=TorsoSpec((32, 32), layer_norm=True, activation="elu"), head=head
    )


def deterministic_action() -> np.ndarray:
    policy = NumpyPolicy(architecture("tanh"))
    policy.update(random_variables(architecture("tanh")))
    return policy.action(OBSERVATION)


def noisy(sigma: Schedule = 0.05, seed: int = 0) -> NoisyPolicy:
    policy = NoisyPolicy(architecture("tanh"), GaussianNoise(6, seed), sigma, noise_scale=1.0)
    policy.update(random_variables(architecture("tanh")))
    return policy


def correlated(seed: int = 0) -> NoisyPolicy:
    policy = NoisyPolicy(architecture("tanh"), OrnsteinUhlenbeckNoise(6, 0.15, seed), sigma=0.2, noise_scale=1.0)
    policy.update(random_variables(architecture("tanh")))
    return policy


def sampling(seed: int = 0) -> SamplingPolicy:
    policy = SamplingPolicy(architecture("gaussian"), seed, noise_scale=1.0, correlation=0.0)
    policy.update(random_variables(architecture("gaussian")))
    return policy


def actions(policy: BehaviourPolicy, count: int, actor_steps: int = 0) -> np.ndarray:
    return np.stack([policy.action(OBSERVATION, actor_steps) for _ in range(count)])


def test_noise_is_added_to_the_networks_action():
    expected = deterministic_action()
    inside = np.abs(expected) < 0.8  # four deviations of the noise from the bounds
    assert inside.any()
    values = actions(noisy(sigma=0.05), 20_000)[:, inside]
    np.testing.assert_allclose(values.mean(axis=0), expected[inside], atol=0.002)
    np.testing.assert_allclose(values.std(axis=0), 0.05, rtol=0.03)


@pytest.mark.parametrize(("actor_steps", "scale"), [(0, 1.0), (25, 0.75), (50, 0.5), (100, 0.0), (10_000, 0.0)])
def test_the_noise_follows_its_schedule(actor_steps, scale):
    """The same noise sequence, scaled."""
    expected = deterministic_action()
    noise = GaussianNoise(6, seed=0)
    for action in actions(noisy(sigma=Linear(0.01, 0.0, 0, 100)), 5, actor_steps):
        np.testing.assert_allclose(action, np.clip(expected + 0.01 * scale * noise.sample(), -1, 1), atol=1e-6)


def test_constant_noise_stays():
    np.testing.assert_array_equal(actions(noisy(), 5, actor_steps=0), actions(noisy(), 5, actor_steps=10**9))


def test_an_episode_resets_correlated_noise():
    policy = correlated()
    first = policy.action(OBSERVATION, 0)
    actions(policy, 20)
    fresh = correlated()
    fresh.restore(policy.save())
    fresh.begin_episode()
    levels = fresh.save()["level"]
    np.testing.assert_array_equal(levels, np.zeros(6))
    assert (first != fresh.action(OBSERVATION, 0)).any()  # the random numbers go on


def test_a_sampling_policy_samples_the_networks_distribution():
    """Compared where five deviations are inside the bounds, for weights that make it narrow."""
    variables = random_variables(architecture("gaussian"))
    narrow = {**variables, "stddev/b": variables["stddev/b"] - 6, "mean/w": 0.3 * variables["mean/w"]}
    policy, reference = sampling(), NumpyPolicy(architecture("gaussian"))
    policy.update(narrow)
    reference.update(narrow)
    mean, stddev = reference.distribution(OBSERVATION)
    inside = np.abs(mean) + 5 * stddev < 1
    assert inside.sum() >= 3
    values = actions(policy, 20_000)
    np.testing.assert_allclose(values.mean(axis=0)[inside], mean[inside], atol=0.01)
    np.testing.assert_allclose(values.std(axis=0)[inside], stddev[inside], rtol=0.03)


every = pytest.mark.parametrize("make_policy", [noisy, correlated, sampling])


@every
def test_actions_are_clipped_float32(make_policy):
    policy = make_policy()
    head = "gaussian" if make_policy is sampling else "tanh"
    variables = random_variables(architecture(head))
    policy.update({**variables, "mean/b": np.array([5, -5, 5, -5, 0, 0], np.float32)})
    values = actions(policy, 200)
    assert values.dtype == np.float32
    assert values.min() == -1
    assert values.max() == 1


@every
def test_restored_it_acts_alike(make_policy):
    straight, restored = make_policy(seed=0), make_policy(seed=4)
    actions(straight, 6)
    restored.restore(straight.save())
    np.testing.assert_array_equal(actions(restored, 5), actions(straight, 5))


@every
def test_new_weights_count_from_the_next_action_on(make_policy):
    policy, other = make_policy(seed=0), make_policy(seed=0)
    head = "gaussian" if make_policy is sampling else "tanh"
    policy.update(random_variables(architecture(head), seed=1))
    assert (policy.action(OBSERVATION, 0) != other.action(OBSERVATION, 0)).any()


def correlated_samples(num_episodes: int, length: int, correlation: float) -> np.ndarray:
    """Noise `[episodes, length, A]` behind the samples of a policy whose mean is 0 and standard deviation tiny."""
    shape = architecture("tanh_gaussian")
    policy = SamplingPolicy(shape, seed=0, noise_scale=1.0, correlation=correlation)
    zeros = {name: np.zeros(size, np.float32) for name, size in shape.variable_shapes().items()}
    policy.update({**zeros, "stddev/b": np.full(6, -6, np.float32)})
    episodes = []
    for _ in range(num_episodes):
        policy.begin_episode()
        episodes.append(actions(policy, length))
    return np.stack(episodes) / (0.7 * np.exp(-6))


@pytest.mark.parametrize("correlation", [0.0, 0.85])
def test_correlated_samples_are_each_normal_and_together_as_told(correlation):
    noise = correlated_samples(600, 20, correlation)
    np.testing.assert_allclose(noise.mean(axis=(0, 2)), 0, atol=0.08)
    np.testing.assert_allclose(noise.std(axis=(0, 2)), 1, atol=0.06)  # From the first step on.
    for lag in (1, 5):
        product = (noise[:, lag:] * noise[:, :-lag]).mean()
        np.testing.assert_allclose(product, correlation**lag, atol=0.03)
    between = (noise[1:, 0] * noise[:-1, -1]).mean()
    np.testing.assert_allclose(between, 0, atol=0.06)  # Nothing carries over to the next episode.


def test_correlated_samples_continue_where_they_were_saved():
    shape = architecture("tanh_gaussian")
    straight, restored = (SamplingPolicy(shape, seed, noise_scale=1.0, correlation=0.9) for seed in (0, 4))
    for policy in (straight, restored):
        policy.update(random_variables(shape))
    actions(straight, 6)
    restored.restore(straight.save())
    np.testing.assert_array_equal(actions(restored, 5), actions(straight, 5))

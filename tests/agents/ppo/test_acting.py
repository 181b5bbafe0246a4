"""PPO's actor and builder."""

import numpy as np
import pytest
import scipy.stats

from tests.agents.learners import SPEC
from tests.fakes import random_variables
from walker_rl.agents.ppo.builder import Builder
from walker_rl.agents.ppo.config import Config
from walker_rl.errors import UserError
from walker_rl.hyperparameters import problems
from walker_rl.policies.numpy_policy import NumpyPolicy
from walker_rl.schedules import Linear

OBSERVATION = np.random.default_rng(0).normal(size=5).astype(np.float32)


@pytest.mark.parametrize("correlation", [0.0, 0.8])
def test_the_density_is_that_of_the_sample_by_itself(correlation):
    builder = Builder(Config(noise_correlation=correlation), SPEC)
    architecture = builder.architecture
    policy, reference = builder.make_policy(seed=0), NumpyPolicy(architecture)
    for each in (policy, reference):
        each.update(random_variables(architecture))
    mean, stddev = reference.distribution(OBSERVATION)
    samples = []
    for _ in range(4_000):
        sample, log_density = policy.sample(OBSERVATION)
        expected = scipy.stats.norm(mean, stddev).logpdf(sample).sum()
        np.testing.assert_allclose(log_density, expected, rtol=1e-3, atol=1e-3)
        samples.append(sample)
    np.testing.assert_allclose(np.std(samples, axis=0), stddev, rtol=0.1)
    noise = (np.array(samples) - mean) / stddev
    np.testing.assert_allclose((noise[1:] * noise[:-1]).mean(), correlation, atol=0.05)


def test_an_episode_begins_with_fresh_noise_and_a_restored_policy_goes_on():
    builder = Builder(Config(noise_correlation=0.99), SPEC)
    architecture = builder.architecture
    straight, restored = (builder.make_policy(seed) for seed in (0, 1))
    for policy in (straight, restored):
        policy.update(random_variables(architecture))
    before = straight.sample(OBSERVATION)[0]
    restored.restore(straight.save())
    near = straight.sample(OBSERVATION)[0]
    np.testing.assert_array_equal(restored.sample(OBSERVATION)[0], near)
    straight.begin_episode()
    assert np.abs(straight.sample(OBSERVATION)[0] - near).sum() > 2 * np.abs(near - before).sum()


def test_a_queue_in_a_reverb_server_is_refused():
    with pytest.raises(
        UserError, match=r"^replay = reverb: must be arrays with an agent that learns from each segment once$"
    ):
        Builder(Config(), SPEC).make_replay("reverb", seed=0)


def test_a_minibatch_must_fit_into_a_round():
    config = Config(num_environments=2, unroll_length=10, batch_size=21)
    assert list(problems(config)) == [
        "batch_size = 21: must be at most agent.num_environments * agent.unroll_length = 20"
    ]


def test_an_entropy_bonus_needs_a_learned_deviation():
    assert list(problems(Config(entropy_weight=0.01))) == [
        "entropy_weight = 0.01: must be 0 unless agent.stddev is null, as entropy changes a learned deviation alone"
    ]
    assert not list(problems(Config(entropy_weight=0.01, stddev=None)))


def test_a_standard_deviation_that_falls_to_zero_is_refused():
    """Its logarithm would be infinite."""
    assert list(problems(Config(stddev=Linear(0.6, 0.0, 0, 9)))) == [
        "stddev = [0.6, 0.0, 0, 9]: must be greater than 0 at its end"
    ]


@pytest.mark.parametrize("primes", [True, False])
def test_a_priming_round_counts_for_no_sample(primes):
    config = Config(num_environments=2, unroll_length=10, batch_size=5, num_epochs=3, normalize_observations=primes)
    builder = Builder(config, SPEC)
    assert config.target_samples_per_insert == 3
    assert builder.samples_per_insert(num_inserted=1, learner_steps=0) is None
    assert builder.samples_per_insert(num_inserted=2, learner_steps=0 if primes else 12) == (None if primes else 3)
    assert builder.samples_per_insert(num_inserted=6, learner_steps=24 if primes else 36) == 3


@pytest.mark.parametrize("noise_scale", [0.0, 0.5, 2.0])
def test_more_or_less_noise_than_the_policys_own_is_refused(noise_scale):
    builder = Builder(Config(), SPEC)
    message = rf"^distributed.noise_scales = {noise_scale}: each must be 1 with an on-policy agent$"
    with pytest.raises(UserError, match=message):
        builder.make_policy(seed=0, noise_scale=noise_scale)


def test_networks_and_samples_follow_from_their_seeds():
    builder = Builder(Config(policy_hidden_sizes=(8,), critic_hidden_sizes=(8,)), SPEC)

    def weights_and_sample(network_seed, policy_seed):
        networks = builder.make_networks(network_seed)
        learner = builder.make_learner(networks, iter(()), seed=0)
        policy = builder.make_policy(policy_seed)
        policy.update(*learner.get_variables(["policy"]))
        return learner.get_variables(["policy"])[0]["hidden_0/w"], policy.sample(OBSERVATION)[0]

    weights, sample = weights_and_sample(0, 0)
    for network_seed, policy_seed in ((0, 0), (0, 1), (1, 0)):
        other_weights, other_sample = weights_and_sample(network_seed, policy_seed)
        assert np.array_equal(weights, other_weights) == (network_seed == 0)
        assert np.array_equal(sample, other_sample) == (network_seed == policy_seed == 0)

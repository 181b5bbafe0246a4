"""Exploration noise: its moments, its episodes, its state."""

import math

import numpy as np
import pytest

from tests.fakes import assert_equal_trees
from walker_rl.agents.exploration import GaussianNoise, OrnsteinUhlenbeckNoise

ACTION_SIZE = 6


def make_gaussian(seed: int = 0) -> GaussianNoise:
    return GaussianNoise(ACTION_SIZE, seed)


def make_ornstein_uhlenbeck(seed: int = 0, theta: float = 0.15) -> GaussianNoise:
    return OrnsteinUhlenbeckNoise(ACTION_SIZE, theta, seed)


def samples(noise: GaussianNoise, count: int) -> np.ndarray:
    return np.stack([noise.sample() for _ in range(count)])


def correlation(values: np.ndarray, lag: int) -> float:
    return float(np.mean(values[lag:] * values[:-lag]) / np.mean(values**2))


def test_gaussian_noise_is_a_unit_normal_without_memory():
    """120,000 samples: the standard error of the deviation is 1 / sqrt(240,000), 0.2 %."""
    values = samples(make_gaussian(), 20_000)
    assert values.std() == pytest.approx(1.0, rel=0.01)
    assert abs(values.mean()) < 4 / math.sqrt(120_000)
    assert abs(correlation(values, 1)) < 0.015
    covariance = np.corrcoef(values.T) - np.eye(ACTION_SIZE)
    assert np.abs(covariance).max() < 0.04


@pytest.mark.parametrize("theta", [0.15, 0.5, 1.0])
def test_ornstein_uhlenbeck_noise_has_its_stationary_deviation(theta):
    """x' = (1 - theta) x + N: var = (1 - theta)^2 var + 1; at theta = 1 it is white."""
    values = samples(make_ornstein_uhlenbeck(theta=theta), 40_000)[200:]
    assert values.std() == pytest.approx(1 / math.sqrt(1 - (1 - theta) ** 2), rel=0.02)
    assert abs(values.mean()) < 0.1
    for lag in (1, 3):
        assert correlation(values, lag) == pytest.approx((1 - theta) ** lag, abs=0.03)


def test_ornstein_uhlenbeck_noise_begins_each_episode_at_zero():
    """The first sample after a reset is N(0, 1), whatever came before."""
    noise = make_ornstein_uhlenbeck(theta=0.01)
    firsts = []
    for _ in range(3_000):
        noise.reset()
        firsts.append(noise.sample())
        samples(noise, 3)
    assert np.std(firsts) == pytest.approx(1.0, rel=0.02)


both = pytest.mark.parametrize("make_noise", [make_gaussian, make_ornstein_uhlenbeck])


@both
def test_samples_are_float32_and_follow_from_the_seed(make_noise):
    values = samples(make_noise(seed=1), 5)
    assert values.dtype == np.float32
    assert values.shape == (5, ACTION_SIZE)
    np.testing.assert_array_equal(values, samples(make_noise(seed=1), 5))
    assert (values != samples(make_noise(seed=2), 5)).all()


@both
def test_restored_it_goes_on_alike(make_noise):
    straight, restored = make_noise(seed=0), make_noise(seed=9)
    samples(straight, 7)
    samples(restored, 3)
    state = straight.save()
    restored.restore(state)
    np.testing.assert_array_equal(samples(restored, 5), samples(straight, 5))
    again = make_noise(seed=3)
    again.restore(state)  # sampling has not changed what was saved
    samples(again, 5)
    assert_equal_trees(again.save(), straight.save())

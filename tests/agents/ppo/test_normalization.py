"""PPO's statistics of observations and returns: their priming, and what they normalise."""

import dataclasses

import numpy as np

from tests.agents.learners import OBSERVATION_SIZE, SPEC
from tests.agents.ppo.made_rounds import SMALL, make, make_primed, packed
from walker_rl.agents.ppo.builder import Builder


def test_the_first_round_primes_the_statistics_and_nothing_else():
    learner, source, _ = make(offset=3.0)
    before = learner.save()
    assert learner.step() == {}
    assert learner.learner_steps == 0
    after = learner.save()
    changed = {name for name, value in after.items() if not np.array_equal(value, before[name])}
    parts = ("count", "mean", "sum_of_squares")
    statistics = {f"{whose}/{part}" for whose in ("observations", "returns") for part in parts}
    assert changed == {"num_rounds", *statistics}

    (segments,) = source.played
    observations = segments.observation.reshape(-1, OBSERVATION_SIZE).astype(np.float64)
    (variables,) = learner.get_variables(["policy"])
    np.testing.assert_allclose(variables["normalizer/mean"], observations.mean(axis=0), rtol=1e-6)
    np.testing.assert_allclose(variables["normalizer/scale"], 1 / observations.std(axis=0), rtol=1e-5)
    returns = segments.return_so_far.astype(np.float64)
    np.testing.assert_allclose(after["returns/mean"], returns.mean(), rtol=1e-6)
    np.testing.assert_allclose(after["returns/sum_of_squares"] / returns.size, returns.var(), rtol=1e-6)


def test_the_first_minibatch_sees_the_policy_that_acted():
    """Statistics change after the epochs: with them before, densities would not be those of the actors."""
    config = dataclasses.replace(SMALL, num_epochs=1, batch_size=128)
    learner, _, _ = make_primed(config, offset=3.0)
    for _ in range(3):
        metrics = learner.step()
        np.testing.assert_allclose(metrics["kl"], 0, atol=1e-6)
        assert metrics["clipped_share"] == 0


def test_observations_are_normalised_by_all_that_were_seen():
    learner, source, networks = make(offset=3.0)
    for _ in range(3):
        learner.step()
    seen = [segments.observation.reshape(-1, OBSERVATION_SIZE) for segments in source.played]
    everything = np.concatenate(seen).astype(np.float64)
    (variables,) = learner.get_variables(["policy"])
    np.testing.assert_allclose(variables["normalizer/mean"], everything.mean(axis=0), rtol=1e-5)
    np.testing.assert_allclose(variables["normalizer/scale"], 1 / everything.std(axis=0), rtol=1e-3)
    assert networks.architecture.normalize


def test_without_normalisation_the_policy_has_none_and_learns_from_the_first_round():
    learner, _, networks = make(dataclasses.replace(SMALL, normalize_observations=False))
    learner.step()
    assert learner.learner_steps == 4 * 4
    assert not [name for name in learner.get_variables(["policy"])[0] if "normalizer" in name]
    assert not networks.architecture.normalize


def test_the_scale_of_rewards_does_not_matter_where_they_are_normalised():
    metrics = [make_primed(reward_scale=scale)[0].step() for scale in (4.0, 4000.0)]
    np.testing.assert_allclose(metrics[0]["critic_loss"], metrics[1]["critic_loss"], rtol=1e-3)
    plain = dataclasses.replace(SMALL, normalize_rewards=False)
    metrics = [make_primed(plain, reward_scale=scale)[0].step() for scale in (4.0, 8.0)]
    assert metrics[1]["critic_loss"] > 2 * metrics[0]["critic_loss"]


def test_a_normalised_reward_is_ten_at_most():
    """One reward of 1,000 among 127 of 1: it is some ten standard deviations of the returns, and is cut off there."""
    segments = next(make()[1])
    reward = np.ones_like(segments.reward)
    reward[2, 5] = 1_000.0
    segments = segments._replace(reward=reward, return_so_far=reward)
    config = dataclasses.replace(SMALL, gae_lambda=0.0)
    builder = Builder(config, SPEC)
    learner = builder.make_learner(builder.make_networks(0), iter([packed(config, segments)]), seed=0)
    learner.step()
    (*_, targets), _ = learner._prepare(segments)
    expected = np.minimum(reward / reward.std(), 10.0).ravel()
    assert expected.max() == 10.0 < (reward / reward.std()).max()
    np.testing.assert_allclose(targets, expected, rtol=1e-4)

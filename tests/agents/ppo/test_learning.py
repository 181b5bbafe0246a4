"""PPO's learner: a known optimum, exact resumes, statistics and their priming, epochs that stop."""

import dataclasses

import numpy as np
import pytest

from tests.agents.learners import ACTION_SIZE, OBSERVATION_SIZE, SPEC
from walker_rl.agents.ppo.acting import DensityPolicy
from walker_rl.agents.ppo.builder import Builder
from walker_rl.agents.ppo.config import Config
from walker_rl.agents.ppo.segment import Segment
from walker_rl.policies.numpy_policy import NumpyPolicy
from walker_rl.schedules import Linear

BEST_ACTION = np.float32(0.3)
SMALL = Config(
    num_environments=4,
    unroll_length=32,
    batch_size=32,
    num_epochs=4,
    policy_learning_rate=3e-4,
    critic_learning_rate=3e-4,
    policy_hidden_sizes=(32, 24),
    critic_hidden_sizes=(32, 24),
)


class Play:
    """Segments of one-step episodes with reward -4 |a - 0.3|^2 / A, played by the learner's own policy."""

    def __init__(self, config, offset=0.0, reward_scale=4.0):
        self._config = config
        self._offset, self._reward_scale = offset, reward_scale
        self.learner = None
        self.number = 0
        self.played = []

    def __iter__(self):
        return self

    def __next__(self):
        random = np.random.default_rng(self.number)
        policy = DensityPolicy(Builder(self._config, SPEC).architecture, seed=self.number)
        policy.update(*self.learner.get_variables(["policy"]))
        self.number += 1
        shape = (self._config.num_environments, self._config.unroll_length)
        observation, next_observation = random.normal(self._offset, 0.1, (2, *shape, OBSERVATION_SIZE))
        samples = [[policy.sample(each) for each in row] for row in observation.astype(np.float32)]
        action = np.array([[sample for sample, _ in row] for row in samples], np.float32)
        log_density = np.array([[density for _, density in row] for row in samples], np.float32)
        reward = -self._reward_scale * np.square(action - BEST_ACTION).mean(axis=-1)
        fields = (observation, action, next_observation, reward, np.zeros(shape), np.ones(shape), log_density, reward)
        self.played.append(Segment(*(np.asarray(field, np.float32) for field in fields)))
        return self.played[-1]


def packed(config, segments):
    """Segments as rows `[N, row_size]`."""
    layout = Builder(config, SPEC).layout
    rows = np.empty((len(segments.reward), layout.row_size), np.float32)
    layout.pack(segments, rows)
    return rows


def make(config=SMALL, seed=0, **play):
    builder, source = Builder(config, SPEC), Play(config, **play)
    networks = builder.make_networks(0)
    source.learner = builder.make_learner(networks, (packed(config, segments) for segments in source), seed)
    return source.learner, source, networks


def make_primed(config=SMALL, **play):
    learner, source, networks = make(config, **play)
    learner.step()
    return learner, source, networks


def assert_equal(actual, expected):
    assert actual.keys() == expected.keys()
    for name, value in expected.items():
        np.testing.assert_array_equal(actual[name], value, err_msg=name)


def test_the_policy_finds_the_best_action():
    """A wrong sign, or an advantage of the wrong action, would lead away from it."""
    learner, _, networks = make(dataclasses.replace(SMALL, policy_learning_rate=3e-3, critic_learning_rate=3e-3))
    for _ in range(40):
        learner.step()
    policy = NumpyPolicy(networks.architecture)
    policy.update(*learner.get_variables(["policy"]))
    observation = np.random.default_rng(9).normal(0, 0.1, (64, OBSERVATION_SIZE))
    assert np.abs(policy.action(observation) - BEST_ACTION).mean() < 0.1


@pytest.mark.parametrize("num_rounds", [0, 1, 2, 3])
def test_a_restored_learner_goes_on_bit_for_bit(num_rounds):
    """Before the round that primes the statistics, right after it, and later."""
    falling = Linear(3e-4, 0.0, 0, 6 * 4 * 32)
    config = dataclasses.replace(SMALL, policy_learning_rate=falling, clip=Linear(0.4, 0.0, 0, 4 * 4 * 32))
    learner, source, _ = make(config)
    for _ in range(num_rounds):
        learner.step()
    saved, number = learner.save(), source.number
    expected = [learner.step() for _ in range(2)]

    resumed, source, _ = make(config, seed=99)
    resumed.restore(saved)
    source.number = number
    assert resumed.learner_steps == max(0, num_rounds - 1) * 4 * 4
    assert [resumed.step() for _ in range(2)] == expected
    assert_equal(resumed.save(), learner.save())


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


def test_the_first_update_sees_normalised_observations():
    """Around 1,000: without statistics, all of them would be clipped at 10."""
    _, source, networks = make_primed(offset=1_000.0)
    observation = next(source).observation.reshape(-1, OBSERVATION_SIZE)
    normalised = networks.normalizer(observation).numpy()
    np.testing.assert_allclose(normalised.mean(axis=0), 0, atol=0.3)
    np.testing.assert_allclose(normalised.std(axis=0), 1, rtol=0.3)


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


def test_gradients_are_clipped_at_the_norm_asked_for():
    """Adam divides by the gradient's size: only epsilon makes the first step shorter when the gradient is tiny."""
    moved = []
    for norm in (None, 1e-9):
        learner, _, _ = make_primed(dataclasses.replace(SMALL, max_gradient_norm=norm, num_epochs=1, batch_size=128))
        before = learner.get_variables(["policy"])[0]["hidden_0/w"].copy()
        learner.step()
        moved.append(np.abs(learner.get_variables(["policy"])[0]["hidden_0/w"] - before).max())
    assert moved[0] > 1e-4
    assert moved[1] < 0.2 * moved[0]


def test_adam_has_the_epsilon_asked_for():
    """The first step is `learning_rate g / (|g| + epsilon)`: with a large epsilon it is as much shorter."""
    moved = []
    for epsilon in (1e-8, 1e3):
        learner, _, _ = make_primed(dataclasses.replace(SMALL, adam_epsilon=epsilon, num_epochs=1, batch_size=128))
        before = learner.save()
        learner.step()
        after = learner.save()
        moved.append({part: np.abs(after[part] - before[part]).max() for part in ("policy/mean/w", "critic/value/w")})
    for part, distance in moved[0].items():
        np.testing.assert_allclose(distance, 3e-4, rtol=1e-2)
        assert 0 < moved[1][part] < 1e-2 * distance


@pytest.mark.parametrize(("max_kl", "num_epochs"), [(None, 4), (1e-7, 1)])
def test_epochs_stop_where_the_policy_has_gone_too_far(max_kl, num_epochs):
    learner, _, _ = make_primed(dataclasses.replace(SMALL, max_kl=max_kl))
    learner.step()
    assert learner.learner_steps == num_epochs * 4


def test_learning_rates_follow_their_schedules():
    """At the last step of the schedule the policy stops moving."""
    falling = Linear(3e-4, 0.0, 0, 2 * 4 * 32)
    learner, _, _ = make(dataclasses.replace(SMALL, policy_learning_rate=falling, normalize_observations=False))
    moved = []
    for _ in range(3):
        before = learner.get_variables(["policy"])[0]["hidden_0/w"].copy()
        learner.step()
        moved.append(np.abs(learner.get_variables(["policy"])[0]["hidden_0/w"] - before).max())
    assert moved[0] > moved[1] > moved[2] == 0


def steps_by_hand(reward, discount, is_last, value, next_value, gae_lambda):
    """Advantages of one stretch, backwards from its end."""
    advantages, following = [], 0.0
    for t in reversed(range(len(reward))):
        delta = reward[t] + discount[t] * next_value[t] - value[t]
        following = delta + (0.0 if is_last[t] else discount[t] * gae_lambda * following)
        advantages.append(following)
    return advantages[::-1]


def test_advantages_are_those_of_episodes_that_end_in_every_way():
    """Terminated, truncated, and cut where the stretch ends; with the values of the networks as they are."""
    config = dataclasses.replace(SMALL, normalize_rewards=False, gae_lambda=0.8, num_environments=1, unroll_length=32)
    learner, _, networks = make(config)
    random = np.random.default_rng(0)
    observation, next_observation = random.normal(size=(2, 1, 32, OBSERVATION_SIZE)).astype(np.float32)
    reward = random.normal(size=(1, 32)).astype(np.float32)
    discount, is_last = np.full((1, 32), 0.9, np.float32), np.zeros((1, 32), np.float32)
    is_last[0, [9, 20]], discount[0, 9] = 1, 0.0
    action = random.normal(size=(1, 32, ACTION_SIZE)).astype(np.float32)
    log_density = random.normal(size=(1, 32)).astype(np.float32)
    segment = Segment(observation, action, next_observation, reward, discount, is_last, log_density, reward)
    (observations, actions, densities, advantages, targets), _ = learner._prepare(segment)
    value, next_value = (networks.critic(each[0]).numpy() for each in (observation, next_observation))
    expected = steps_by_hand(reward[0], discount[0], is_last[0], value, next_value, 0.8)
    np.testing.assert_allclose(advantages, expected, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(targets, expected + value, rtol=1e-4, atol=1e-5)
    for given, column in ((observation, observations), (action, actions), (log_density, densities)):
        np.testing.assert_array_equal(column, given[0])


def test_entropy_is_worth_what_it_is_told_to_be():
    stddevs = []
    for weight in (0.0, 1.0):
        learner, _, _ = make_primed(dataclasses.replace(SMALL, entropy_weight=weight, policy_learning_rate=1e-2))
        for _ in range(3):
            learner.step()
        stddevs.append(np.exp(learner.get_variables(["policy"])[0]["log_stddev"]).mean())
    assert stddevs[1] > 1.2 * stddevs[0]


def test_the_clip_follows_its_schedule():
    """A clip of zero lets no step pay: the surrogate has no gradient where the policy has left the old one."""
    open_clip, closed_clip = (
        dataclasses.replace(SMALL, clip=Linear(0.4, last, 0, 4 * 32), num_epochs=2) for last in (0.4, 0.0)
    )
    shares = []
    for config in (open_clip, closed_clip):
        learner, _, _ = make(config)
        learner.step()
        shares.append(learner.step()["clipped_share"])
    assert shares[0] < 0.5 < shares[1]

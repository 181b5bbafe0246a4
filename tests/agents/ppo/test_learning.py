"""PPO's learner: a known optimum, exact resumes, epochs that stop, schedules, clipping."""

import dataclasses

import numpy as np
import pytest

from tests.agents.learners import ACTION_SIZE, OBSERVATION_SIZE
from tests.agents.ppo.made_rounds import BEST_ACTION, SMALL, make, make_primed
from walker_rl.policies.numpy_policy import NumpyPolicy
from walker_rl.schedules import Linear


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
    stddev = Linear(0.6, 0.2, 0, 4 * 4 * 32)
    config = dataclasses.replace(
        SMALL, policy_learning_rate=falling, clip=Linear(0.4, 0.0, 0, 4 * 4 * 32), stddev=stddev
    )
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


def test_the_standard_deviation_follows_its_schedule_and_is_not_learned():
    falling = Linear(0.6, 0.2, 0, 2 * 4 * 32)
    config = dataclasses.replace(SMALL, stddev=falling, policy_learning_rate=1e-2)
    learner, _, _ = make(config)
    stddevs = []
    for _ in range(4):
        stddevs.append(np.exp(learner.get_variables(["policy"])[0]["log_stddev"]))
        learner.step()
    np.testing.assert_allclose(np.transpose(stddevs), [[0.6, 0.4, 0.2, 0.2]] * ACTION_SIZE, rtol=1e-5)
    assert not [name for name in learner.save() if "optimizer" in name and "log_stddev" in name]


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

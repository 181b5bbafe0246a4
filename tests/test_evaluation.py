"""Deterministic episodes, on the real task."""

from collections.abc import Iterator

import numpy as np
import pytest

from walker_rl.environments import Environment, make_environment
from walker_rl.environments.classic.pendulum import Pendulum
from walker_rl.environments.simulation import Outcome
from walker_rl.errors import RunError
from walker_rl.evaluation import Evaluation, evaluate


@pytest.fixture(scope="module")
def environment() -> Iterator[Environment]:
    environment = make_environment("Walker2DBulletEnv-v0", seed=0)
    yield environment
    environment.close()


def lean(observation: np.ndarray) -> np.ndarray:
    """A policy that depends on what it sees, and soon falls."""
    return np.tanh(observation[:6])


def test_returns_and_lengths_are_those_of_the_episodes(environment):
    evaluation = evaluate(environment, lambda: lean, [11, 12])
    for seed, episode_return, length in zip(
        [11, 12], evaluation.episode_returns, evaluation.episode_lengths, strict=True
    ):
        timestep, rewards = environment.reset(seed), []
        while not timestep.last():
            timestep = environment.step(lean(timestep.observation))
            rewards.append(float(timestep.reward))
        assert length == len(rewards) > 3
        assert timestep.discount == 0, "it falls"
        assert episode_return == pytest.approx(sum(rewards), rel=1e-12)

    assert evaluation.episode_falls == (True, True)


def test_the_time_limit_is_no_fall():
    environment = make_environment("Pendulum-v1", seed=0)
    evaluation = evaluate(environment, lambda: lambda observation: np.zeros(1, np.float32), [5])
    environment.close()
    assert (evaluation.episode_lengths, evaluation.episode_falls) == ((200,), (False,))


def test_equal_seeds_give_equal_episodes(environment):
    first = evaluate(environment, lambda: lean, [1, 2, 3])
    assert evaluate(environment, lambda: lean, [1, 2, 3]) == first
    assert evaluate(environment, lambda: lean, [3, 2, 1]).episode_returns == first.episode_returns[::-1]
    assert len(set(first.episode_returns)) == 3


@pytest.mark.parametrize("reward", [np.nan, np.inf, -np.inf])
def test_a_reward_that_is_not_finite_is_refused(reward, monkeypatch):
    monkeypatch.setattr(Pendulum, "step", lambda self, action: Outcome(np.zeros(3), reward, False))
    environment = make_environment("Pendulum-v1", seed=0)
    with pytest.raises(RunError, match=r"^the environment returned a reward that is not finite$"):
        evaluate(environment, lambda: lambda observation: np.zeros(1, np.float32), [5])
    environment.close()


def test_the_environments_own_episodes_are_not_touched():
    untouched, used = (make_environment("Pendulum-v1", seed=4) for _ in range(2))
    evaluate(used, lambda: lambda observation: np.zeros(1, np.float32), [7, 8])
    for _ in range(2):
        np.testing.assert_array_equal(used.reset().observation, untouched.reset().observation)


def test_statistics_are_over_the_episodes():
    evaluation = Evaluation((1.0, 2.0, 6.0), (10, 20, 30), (True, False, True))
    assert evaluation.mean_return == 3.0
    stddev = ((4 + 1 + 9) / 3) ** 0.5
    assert evaluation.stddev_return == pytest.approx(stddev)
    assert evaluation.steady_return == pytest.approx(3.0 - stddev)
    assert evaluation.num_falls == 2
    assert str(evaluation) == "return 3 +- 2.16, mean - std 0.84, falls in 2 of 3 episodes"

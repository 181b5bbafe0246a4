"""Generalised advantages against a loop over the definition, with episodes that end in every way."""

import numpy as np
import pytest

from walker_rl.losses.advantage import generalized_advantage

NUM, LENGTH, DISCOUNT = 3, 12, 0.9


@pytest.fixture
def stretches():
    """Terminations, truncations and stretches that end in the middle of an episode."""
    random = np.random.default_rng(0)
    reward, value, next_value = random.normal(size=(3, NUM, LENGTH))
    is_last = np.zeros((NUM, LENGTH))
    discount = np.full((NUM, LENGTH), DISCOUNT)
    is_last[0, 4], discount[0, 4] = 1, 0.0  # terminated
    is_last[1, 7] = 1  # truncated
    is_last[2, [0, 11]], discount[2, 0] = 1, 0.0  # terminated at once; truncated at the end
    for row in range(NUM):
        for t in range(LENGTH - 1):
            if not is_last[row, t]:
                value[row, t + 1] = next_value[row, t]
    return reward, discount, is_last, value, next_value


def by_definition(reward, discount, is_last, value, next_value, gae_lambda, row, begin):
    """`sum_k (prod_{j<k} discount_j lambda) delta_k` to the end of the episode or of the stretch."""
    total, factor = 0.0, 1.0
    for t in range(begin, LENGTH):
        delta = reward[row, t] + discount[row, t] * next_value[row, t] - value[row, t]
        total += factor * delta
        if is_last[row, t]:
            break
        factor *= discount[row, t] * gae_lambda
    return total


@pytest.mark.parametrize("gae_lambda", [0.0, 0.7, 1.0])
def test_it_is_the_sum_of_the_paper(stretches, gae_lambda):
    advantage = generalized_advantage(*stretches, gae_lambda)
    expected = [[by_definition(*stretches, gae_lambda, row, t) for t in range(LENGTH)] for row in range(NUM)]
    np.testing.assert_allclose(advantage, expected, rtol=1e-10)


def test_with_lambda_one_it_is_the_return_less_the_value(stretches):
    """Terminated: rewards alone. Truncated: the value of the last observation counts as well."""
    reward, _, _, value, next_value = stretches
    advantage = generalized_advantage(*stretches, 1.0)
    powers = DISCOUNT ** np.arange(LENGTH + 1)
    np.testing.assert_allclose(advantage[0, 0] + value[0, 0], powers[:5] @ reward[0, :5])
    np.testing.assert_allclose(advantage[1, 0] + value[1, 0], powers[:8] @ reward[1, :8] + powers[8] * next_value[1, 7])
    np.testing.assert_allclose(
        advantage[0, 5] + value[0, 5], powers[:7] @ reward[0, 5:] + powers[7] * next_value[0, 11]
    )


def test_nothing_of_one_episode_reaches_another(stretches):
    reward, discount, is_last, value, next_value = stretches
    before = generalized_advantage(*stretches, 0.9)
    changed = reward.copy()
    changed[:, 8:] += 100
    after = generalized_advantage(changed, discount, is_last, value, next_value, 0.9)
    np.testing.assert_array_equal(after[0, :5], before[0, :5])
    np.testing.assert_array_equal(after[1, :8], before[1, :8])
    assert (after[0, 5:8] != before[0, 5:8]).all()


def test_other_ranks_are_refused(stretches):
    reward, *others = stretches
    with pytest.raises(ValueError, match=r"^an array has shape \(3, 12, 1\), not \[N, T\]$"):
        generalized_advantage(reward[..., np.newaxis], *others, 0.9)

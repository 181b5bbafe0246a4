"""Statistics of runs against numbers worked by hand."""

import tracemalloc

import numpy as np
import pytest

from walker_rl.analysis import statistics
from walker_rl.analysis.statistics import (
    estimate,
    interquartile_mean,
    interval_name,
    performance_profile,
    probability_of_improvement,
    stability,
    when_reached,
)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([7], 7),
        ([1, 2, 9], 4),  # A quarter of three is less than one: all count.
        ([0, 10, 20, 1000], 15),
        ([-500, 1, 2, 3, 1000], 2),
        ([0, 0, 1, 2, 3, 4, 9, 9], 2.5),
    ],
)
def test_the_interquartile_mean_leaves_out_the_outer_quarters(values, expected):
    assert interquartile_mean(np.array(values, float)) == expected
    rows = np.stack([values, np.multiply(values, 2)])
    np.testing.assert_allclose(interquartile_mean(rows), [expected, 2 * expected])


def test_one_seed_has_no_interval():
    result = estimate([np.array([[1.0], [5.0]])])
    np.testing.assert_array_equal(result.value, [1, 5])
    assert (result.low, result.high) == (None, None)


def test_the_interval_of_two_seeds_is_between_them():
    """Resamples of (0, 8) have the means 0, 4, 4 and 8, each one in four: the middle 95 % reach from 0 to 8."""
    result = estimate([np.array([0.0, 8.0])])
    assert (result.value, result.low, result.high) == (4, 0, 8)


@pytest.mark.parametrize("number", [2, 3, 4, 5, 6, 8, 10])
def test_the_interval_of_few_seeds_is_from_the_lowest_to_the_highest(number):
    values = np.random.default_rng(number).normal(size=number)
    result = estimate([values])
    is_spanned = (result.low, result.high) == (values.min(), values.max())
    assert is_spanned == (number <= statistics.MAX_SPANNED_SEEDS)


def test_the_interval_covers_the_truth_as_often_as_it_says():
    """Of 200 sets of ten normal seeds; percentile intervals of ten are known to be a little short."""
    random = np.random.default_rng(0)
    covered = 0
    for _ in range(200):
        result = estimate([random.normal(5, 2, size=10)])
        covered += result.low <= 5 <= result.high
    assert 0.85 <= covered / 200 <= 0.97


def test_strata_are_drawn_from_apart():
    """Ten seeds at 0 and ten at 100: drawn together their mean would vary, drawn apart it is always 50."""

    def mean_of_both(first, second):
        return (first.mean(axis=-1) + second.mean(axis=-1)) / 2

    result = estimate([np.zeros(10), np.full(10, 100.0)], mean_of_both)
    assert (result.value, result.low, result.high) == (50, 50, 50)


def test_every_point_of_a_curve_has_an_interval_of_its_own():
    curve = np.stack([np.zeros(5), np.arange(5.0), 10 + np.arange(5.0)])
    result = estimate([curve])
    np.testing.assert_array_equal(result.value, [0, 2, 12])
    np.testing.assert_allclose(result.low[2] - result.low[1], 10)
    assert result.low[0] == result.high[0] == 0 < result.low[1] < 2 < result.high[1]


def test_a_long_curve_is_resampled_in_parts_which_changes_no_bit():
    curve = np.random.default_rng(0).normal(size=(1_000, 10))
    tracemalloc.start()
    result = estimate([curve])
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 50e6, "all resamples at once take 160 MB"
    points = [estimate([point]) for point in curve[::37]]
    np.testing.assert_array_equal(result.low[::37], [point.low for point in points])
    np.testing.assert_array_equal(result.high[::37], [point.high for point in points])


def test_intervals_are_the_same_each_time():
    values = [np.random.default_rng(0).normal(size=50)]
    first, again = estimate(values), estimate(values)
    assert (first.low, first.high) == (again.low, again.high)
    assert statistics.CONFIDENCE == 0.95


def test_a_profile_is_the_share_above():
    values = np.array([100.0, 200.0, 200.0, 400.0])
    profile = performance_profile(values, np.array([0, 100, 199, 200, 400]))
    np.testing.assert_array_equal(profile, [1, 0.75, 0.75, 0.25, 0])


@pytest.mark.parametrize(
    ("better", "worse", "expected"),
    [
        ([3, 4], [1, 2], 1),
        ([1, 2], [3, 4], 0),
        ([1, 3], [2, 2], 0.5),
        ([1, 2], [2], 0.25),  # One loss, one tie.
        ([5, 1, 1], [2, 0], 4 / 6),
    ],
)
def test_the_probability_of_improvement_counts_pairs(better, worse, expected):
    assert probability_of_improvement(np.array(better, float), np.array(worse, float)) == pytest.approx(expected)


def test_seeds_that_never_reach_a_return_count_as_late():
    steps = [np.array([10, 20, 30])] * 4
    returns = [np.array(values) for values in ([0, 5, 9], [6, 1, 1], [0, 0, 4.9], [0, 0, 5])]
    reached = when_reached(steps, returns, threshold=5)
    np.testing.assert_array_equal(reached.costs, [20, 10, np.inf, 30])
    assert reached.median == 25  # Of 10, 20, 30 and never.
    assert when_reached(steps[:2], returns[1:3], threshold=5).median == np.inf
    assert when_reached(steps[:1], returns[:1], threshold=5).median == 20
    unknown = [np.full(len(steps[0]), np.nan), *steps[1:]]
    assert np.isnan(when_reached(unknown, returns, threshold=5).median)  # Leaving that seed out would favour "never".
    assert when_reached(unknown, returns, threshold=9.5).median == np.inf


@pytest.mark.parametrize(("end", "median"), [(40, 20), (20, 20), (15, np.nan), (np.nan, np.nan)])
def test_the_median_is_unknown_if_a_shorter_run_might_have_lowered_it(end, median):
    steps = [np.array([10, 30]), np.array([10, 20]), np.array([5, end])]
    returns = [np.array([9, 9]), np.array([0, 9]), np.array([0, 0])]
    reached = when_reached(steps, returns, threshold=5)
    np.testing.assert_array_equal(reached.costs, [10, 20, np.inf])
    np.testing.assert_array_equal(reached.median, median)


def test_stability_is_that_of_consecutive_evaluations():
    """Steps of 4, 7, 5, 7; after 10 the 3 is below 5, after 12 nothing is below 6 but the 5."""
    result = stability(np.array([6.0, 10.0, 3.0, 8.0, 15.0, 7.5, 7.4]))
    assert result.spread == pytest.approx(np.median([4, 7, 5, 7, 7.5, 0.1]))
    assert result.share_collapsed == pytest.approx(2 / 6)  # 3 < 5 and 7.4 < 7.5, but 7.5 is not below itself.
    assert np.isnan(stability(np.array([1.0])).spread)


def test_half_of_a_best_that_is_not_positive_means_nothing():
    """After -5 nothing can be judged; after 100 the 40 is below 50, the 60 is not."""
    assert np.isnan(stability(np.array([-1_200.0, -150.0, -400.0])).share_collapsed)
    assert np.isnan(stability(np.array([-10.0, 0.0, -1.0])).share_collapsed)
    assert stability(np.array([-5.0, 100.0, 40.0, 60.0])).share_collapsed == 0.5


@pytest.mark.parametrize(
    ("num_seeds", "name"),
    [
        ([1, 1], ""),
        ([1, 2, 4], "interval from lowest to highest"),
        ([1, 5], "95 % interval"),
        ([4, 5], "95 % interval (lowest to highest with 2 to 4 runs)"),
    ],
)
def test_an_interval_is_called_what_it_is(num_seeds, name):
    assert interval_name(num_seeds) == name


def test_only_the_iqm_of_few_seeds_is_known_to_span_them():
    assert interval_name([1, 4], "share") == "95 % interval"
    result = estimate([np.array([0.0, 0.0, 0.0, 9.0])], lambda seeds: performance_profile(seeds, np.array([5.0])))
    assert result.value == 0.25
    assert result.high < 1

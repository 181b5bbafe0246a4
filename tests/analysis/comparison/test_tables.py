"""The numbers of each figure, against numbers worked by hand."""

import numpy as np
import pytest

from tests.analysis.made_runs import run
from walker_rl.analysis.comparison import (
    final_performance,
    learning_curves,
    performance_profiles,
    probability_of_improvement,
    stability,
    time_to_return,
)
from walker_rl.analysis.comparison.strip import tabulate_strip
from walker_rl.analysis.comparison.style import styles


def values(rows, *columns, **where):
    return [tuple(row[name] for name in columns) for row in rows if all(row[k] == v for k, v in where.items())]


def test_a_curve_is_the_mean_of_the_inner_half_of_its_seeds():
    runs = [run(f"s{index}", [value, 2 * value]) for index, value in enumerate([0, 10, 20, 1000])]
    rows = learning_curves.tabulate({"a": runs}, "actor_steps")
    assert values(rows, "actor_steps", "return", series="s3") == [(10, 1000), (20, 2000)]
    assert values(rows, "actor_steps", "return", "num_seeds", series="IQM") == [(10, 15, 4), (20, 30, 4)]
    for low, middle, high in values(rows, "low", "return", "high", series="IQM"):
        assert low < middle < high


def test_a_curve_ends_with_its_shortest_seed_and_falls_between_evaluations_on_a_line():
    runs = [run("short", [0, 10, 40]), run("long", [2, 4, 6, 8], steps=[10.0, 25.0, 30.0, 90.0])]
    rows = learning_curves.tabulate({"a": runs}, "actor_steps")
    means = values(rows, "actor_steps", "return", series="IQM")
    assert means == [(10, 1), (20, pytest.approx((10 + 2 + 2 * 10 / 15) / 2)), (25, (25 + 4) / 2), (30, 23)]
    assert len(values(rows, "actor_steps", series="long")) == 4


def test_a_curve_of_one_seed_has_no_interval():
    rows = learning_curves.tabulate({"a": [run("s", [1, 2])]}, "actor_steps")
    assert values(rows, "return", "low", "high", "num_seeds", series="IQM") == [(1, None, None, 1), (2, None, None, 1)]


def test_a_curve_over_time_reaches_as_far_as_the_fastest_seed_and_leaves_out_one_without_times():
    fast, slow = run("fast", [0, 100], walltime=[60, 120]), run("slow", [0, 100], walltime=[100, 200])
    unknown = run("unknown", [7, 7], walltime=[np.nan, np.nan])
    rows = learning_curves.tabulate({"a": [fast, slow, unknown]}, "walltime")
    means = values(rows, "walltime", "return", "num_seeds", series="IQM")
    assert len(means) == learning_curves.NUM_TIMES
    assert means[0] == (100, pytest.approx((200 / 3) / 2), 2)
    assert means[-1] == (120, pytest.approx((100 + 20) / 2), 2)


@pytest.mark.parametrize(
    ("axis", "young", "long"),
    [
        ("walltime", {"walltime": [100]}, {"walltime": [150, 300]}),  # The young run was faster at its only evaluation.
        ("walltime", {"walltime": [np.nan]}, {"walltime": [np.nan, np.nan]}),
        ("actor_steps", {"steps": [10.0]}, {"steps": [20.0, 30.0]}),
    ],
)
def test_seeds_that_share_no_part_of_an_axis_have_no_common_curve(axis, young, long):
    rows = learning_curves.tabulate({"a": [run("young", [5], **young), run("long", [1, 2], **long)]}, axis)
    assert values(rows, "return", series="IQM") == []
    if rows:
        learning_curves.draw({"T": rows}, styles("a"), axis).draw_without_rendering()


def test_final_performance_counts_complete_runs():
    runs = [run("x", [1], last=10.0, best=30.0), run("y", [1], last=20.0, best=30.0), run("z", [1])]
    rows = final_performance.tabulate({"a": runs, "b": [run("w", [1])]})
    assert values(rows, "series", "return", policy="last") == [("x", 10), ("y", 20), ("IQM", 15)]
    assert values(rows, "low", "return", "high", policy="last", series="IQM") == [(10, 15, 20)]
    assert values(rows, "low", "return", "high", policy="best", series="IQM") == [(30, 30, 30)]


def test_a_profile_is_the_share_of_runs_above_each_return():
    groups = {"a": [run("x", [1], last=0.0), run("y", [1], last=100.0)], "b": [run("z", [1], last=50.0), run("w", [1])]}
    rows = performance_profiles.tabulate(groups)
    shares = dict(values(rows, "tau", "share", group="a"))
    assert (len(shares), shares[0], shares[50], shares[99], shares[100]) == (101, 0.5, 0.5, 0.5, 0)
    assert dict(values(rows, "tau", "share", group="b"))[49] == 1
    assert values(rows, "low", "num_seeds", group="b", tau=0) == [(None, 1)]
    assert performance_profiles.tabulate({"a": [run("x", [1])]}) == []


@pytest.mark.parametrize("lowest", [-1_400.0, 20.0])
def test_a_profile_begins_with_all_runs(lowest):
    rows = performance_profiles.tabulate({"a": [run("x", [1], last=lowest)], "b": [run("y", [1], last=lowest + 10)]})
    assert [row["share"] for row in rows if row["tau"] == min(row["tau"] for row in rows)] == [1, 1]
    assert max(row["tau"] for row in rows) == max(0, lowest + 10)


def test_each_pair_is_compared_once_the_likelier_first():
    """Of 1, 2 against 2, 3 one tie and three wins of four: (3 + 1/2) / 4."""
    groups = {
        "a": [run("x", [1], last=1.0), run("y", [1], last=2.0)],
        "b": [run("z", [1], last=2.0), run("w", [1], last=3.0)],
        "c": [run("u", [1], last=0.0)],
        "d": [run("v", [1])],
    }
    rows = probability_of_improvement.tabulate(groups)
    assert values(rows, "better", "worse", "probability") == [("b", "a", 7 / 8), ("a", "c", 1), ("b", "c", 1)]
    assert values(rows, "low", "high", worse="c") == [(None, None)] * 2
    ((low, high),) = values(rows, "low", "high", worse="a")
    assert low < 7 / 8 < high == 1


def test_what_never_reaches_a_return_is_censored():
    runs = [run("x", [0, 5, 9]), run("y", [6, 1, 1]), run("z", [0, 0, 4])]
    rows = time_to_return.tabulate({"a": runs}, [5.0, 9.0])
    assert values(rows, "series", "actor_steps", "walltime", "num_censored", threshold=5.0) == [
        ("x", 20, 120, 0),
        ("y", 10, 60, 0),
        ("z", None, None, 1),
        ("median", 20, 120, 1),
    ]
    assert values(rows, "actor_steps", "num_censored", threshold=9.0, series="median") == [(None, 2)]


def test_thresholds_are_round_and_between_start_and_best():
    groups = {"a": [run("x", [20, 1_000]), run("y", [30, 2_087])], "b": [run("z", [40, 50])]}
    assert time_to_return.round_thresholds(groups) == (500, 1000, 1500, 2000)
    assert time_to_return.round_thresholds({"a": [run("x", [-1_400, -150])]}) == (-1000, -500)


def test_stability_is_of_each_seed():
    rows = stability.tabulate({"a": [run("x", [10, 20, 9, 12]), run("y", [1, 5])], "b": [run("z", [3])]})
    assert values(rows, "group", "series", "value", quantity="spread") == [
        ("a", "x", 10),
        ("a", "y", 4),
        ("a", "IQM", 7),
    ]
    assert values(rows, "series", "value", quantity="share_collapsed") == [("x", 1 / 3), ("y", 0), ("mean", 1 / 6)]


def test_a_strip_leaves_out_what_is_not_known():
    assert tabulate_strip("a", {"x": np.nan}, "value") == []

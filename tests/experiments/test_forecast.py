"""The line on time and return before a training, and the table behind it."""

import re

import pytest

from scripts.forecast_table import write_forecast_table
from walker_rl.analysis.runs import read_runs
from walker_rl.experiments.config_loading import load_config
from walker_rl.experiments.forecast import TABLE, forecast, read_table


def test_the_table_is_that_of_the_results(tmp_path):
    write_forecast_table(tmp_path / "table.csv")
    assert (tmp_path / "table.csv").read_bytes() == TABLE.read_bytes(), "make figures"


def test_a_row_is_the_mean_and_the_extent_of_the_recorded_runs():
    runs = [run for run in read_runs(["results/walker2d_300k"]) if run.group == "sac"]
    (row,) = (row for row in read_table() if row.agent_name == "sac" and row.actor_steps == 300_000)
    assert row.num_runs == len(runs) == 5
    assert row.mean_return == pytest.approx(sum(run.returns[-1] for run in runs) / 5, rel=1e-4)
    times = [run.walltime[-1] for run in runs]
    assert (row.min_walltime, row.max_walltime) == pytest.approx((min(times), max(times)), rel=1e-4)


@pytest.mark.parametrize(
    ("overrides", "expected"),
    [
        ((), "return of 2,527 after 300,000 steps, in 33 min to 56 min: the mean of 5 runs"),
        (
            ("max_actor_steps=1000000",),
            "return of 2,928 after 1,000,000 steps, in 2 h 13 min to 2 h 56 min: the mean of 3",
        ),
        (("max_actor_steps=5000000",), "after 1,000,000 steps"),
        (("max_actor_steps=49999",), "after 40,000 steps"),
        (("max_walltime=600",), "after 50,000 steps"),
        (("target_return=2000",), "after 140,000 steps"),
    ],
)
def test_the_forecast_is_of_the_place_at_which_the_training_would_end(overrides, expected):
    assert expected in forecast(load_config("d4pg", (), overrides), slowdown=1.0)


def test_a_slower_machine_takes_longer_and_gets_less_far_in_the_same_time():
    config = load_config("d4pg")
    assert "in 1 h 07 min to 1 h 51 min:" in forecast(config, slowdown=2.0)
    in_time = load_config("d4pg", (), ("max_walltime=600",))
    steps = [int(re.search(r"after (\d+),000 steps", forecast(in_time, one))[1]) for one in (0.5, 1.0, 2.0)]
    assert steps == sorted(steps, reverse=True) and steps[0] > steps[2]


@pytest.mark.parametrize(
    ("agent_name", "overrides"),
    [
        ("d4pg", ("task=Pendulum-v1",)),
        ("d4pg", ("agent.n_step=1",)),
        ("d4pg", ("agent.prior.policy=gait",)),
        ("d4pg", ("max_actor_steps=9999",)),
        ("d4pg", ("max_walltime=0.1",)),
        ("gait", ()),
    ],
)
def test_there_is_no_forecast_without_runs_like_it(agent_name, overrides):
    assert forecast(load_config(agent_name, (), overrides)) is None


def test_this_machine_is_timed():
    assert forecast(load_config("td3")).startswith("Expect a return of 1,761 after 300,000 steps, in ")


def test_times_that_read_alike_are_said_once():
    assert ", in 0 s: the mean of" in forecast(load_config("d4pg"), slowdown=1e-6)

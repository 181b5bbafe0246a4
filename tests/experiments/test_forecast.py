"""The line on time and return before a training, and the table behind it."""

import re
import statistics

import pytest

from scripts.forecast_table import write_forecast_table
from tests.package_copy import ROOT
from walker_rl.analysis.runs import read_runs
from walker_rl.experiments.config_loading import load_config
from walker_rl.experiments.forecast import TABLE, RecordedMean, forecast, forecast_many, read_table
from walker_rl.printable import format_duration
from walker_rl.processes.slots import usable_cpus


def recorded(agent_name: str, actor_steps: int) -> list[RecordedMean]:
    """The rows of an agent's defaults on the default task."""
    which = (agent_name, load_config(agent_name).task, "", actor_steps)
    return [row for row in read_table() if (row.agent_name, row.task, row.settings, row.actor_steps) == which]


def test_the_table_is_that_of_the_results(tmp_path):
    write_forecast_table(tmp_path / "table.csv")
    assert (tmp_path / "table.csv").read_bytes() == TABLE.read_bytes(), "make figures"


def test_a_row_is_the_mean_return_and_the_times_of_the_recorded_runs():
    runs = [run for run in read_runs([ROOT / "results/walker2d_300k"]) if run.group == "sac"]
    (row,) = recorded("sac", 300_000)
    assert row.num_runs == len(runs) == 5
    assert row.mean_return == pytest.approx(sum(run.returns[-1] for run in runs) / 5, rel=1e-4)
    times = [run.walltime[-1] for run in runs]
    assert (row.min_walltime, row.median_walltime) == pytest.approx((min(times), statistics.median(times)), rel=1e-4)


@pytest.mark.parametrize(
    ("overrides", "expected"),
    [
        ((), "return of 2,536 after 300,000 steps, in 33 min to 37 min (the mean of 5 recorded runs"),
        (
            ("max_actor_steps=1000000",),
            "return of 2,919 after 1,000,000 steps, in 2 h 13 min to 2 h 56 min (the mean of 5",
        ),
        (("max_actor_steps=5000000",), "after 1,000,000 steps, and the end after 11 h 07 min to 14 h 42 min (the"),
        (
            ("max_actor_steps=15000",),
            "return of 103 after 10,000 steps, and the end after 66 s to 74 s (the mean",
        ),
        (("max_walltime=600",), "after 80,000 steps, and the end after 10 min (the mean"),
        (("target_return=2000",), "after 130,000 steps, in "),
    ],
)
def test_the_forecast_is_of_the_place_at_which_the_training_would_end(overrides, expected):
    assert expected in forecast(load_config("d4pg", (), overrides), slowdown=1.0)


def test_a_slower_machine_takes_longer_and_gets_less_far_in_the_same_time():
    config = load_config("d4pg")
    assert "in 1 h 07 min to 1 h 13 min (" in forecast(config, slowdown=2.0)
    in_time = load_config("d4pg", (), ("max_walltime=600",))
    steps = [int(re.search(r"after (\d+),000 steps", forecast(in_time, one))[1]) for one in (0.5, 1.0, 2.0)]
    assert steps == sorted(steps, reverse=True) and steps[0] > steps[2]


@pytest.mark.parametrize(
    ("files", "overrides", "expected"),
    [
        ((ROOT / "configs/fast.yaml",), ("agent.prior.policy=gait",), "after 150,000 steps, in "),
        ((ROOT / "configs/steady.yaml",), ("agent.prior.policy=gait",), "after 1,000,000 steps, in "),
        ((), ("task=HopperBulletEnv-v0",), "after 300,000 steps, in "),
        ((), ("task=gymnasium:HalfCheetah-v5", "agent.vmin=-50", "agent.vmax=400"), "after 300,000 steps, in "),
    ],
)
def test_presets_and_other_tasks_have_forecasts_of_their_own(files, overrides, expected):
    line = forecast(load_config("d4pg", files, overrides))
    assert expected in line
    assert line.partition(" after ")[0] != forecast(load_config("d4pg")).partition(" after ")[0]


@pytest.mark.parametrize(
    ("agent_name", "overrides"),
    [
        ("d4pg", ("task=Pendulum-v1",)),
        ("d4pg", ("training_episode_steps=50",)),
        ("d4pg", ("threads.intra_op=8",)),
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


def times_of(agent_name: str, actor_steps: int) -> tuple[float, float]:
    """The fastest and the median recorded run's seconds."""
    (row,) = recorded(agent_name, actor_steps)
    return row.min_walltime, row.median_walltime


@pytest.mark.parametrize(
    ("overrides", "num_jobs", "num_times", "actor_steps"),
    [
        ((), 1, 3, 300_000),
        (("max_actor_steps=2000000",), 1, 6, 1_000_000),
        (("max_actor_steps=5000",), 1, 1.5, 10_000),
        (("target_return=2000",), 1, 3, 130_000),
        (("target_return=100", "max_actor_steps=5000"), 1, 1.5, 10_000),
        ((), 2, 2, 300_000),
        ((), 3, 1, 300_000),
    ],
)
def test_a_sweep_takes_the_time_of_its_runs_one_after_another_in_each_slot(overrides, num_jobs, num_times, actor_steps):
    configs = [load_config("d4pg", (), (*overrides, f"seed={seed}")) for seed in range(3)]
    factor = num_times * max(1.0, num_jobs / usable_cpus())  # Runs that share a CPU take longer.
    times = [format_duration(factor * seconds) for seconds in times_of("d4pg", actor_steps)]
    at_a_time = f"{num_jobs} at a time, " if num_jobs > 1 else ""
    line = forecast_many(configs, num_jobs, slowdown=1.0)
    assert line.startswith(f"Expect {times[0]} to {times[1]} for 3 runs, {at_a_time}each from its start (as recorded ")


def test_a_time_limit_bounds_the_forecast_of_a_sweep():
    configs = [load_config("d4pg", (), (f"seed={seed}", "max_walltime=60")) for seed in range(2)]
    assert forecast_many(configs, 1, slowdown=1.0).startswith("Expect 2 min for 2 runs, each ")


def test_runs_without_a_forecast_are_left_out_of_that_of_their_sweep():
    configs = [load_config("d4pg"), load_config("td3", (), ("agent.tau=0.1",)), load_config("gait")]
    which = "2 of 3 runs (td3 on Walker2DBulletEnv-v0, gait on Walker2DBulletEnv-v0)"
    line = f"{forecast_many(configs[:1], 1, 1.0)}; no run is recorded with the task and the settings of {which}"
    assert forecast_many(configs, 1, 1.0) == line
    assert line.startswith("Expect 33 min to 37 min for 1 run, each from its start (")


def test_times_that_read_alike_are_said_once():
    assert ", in 0 s (the mean of" in forecast(load_config("d4pg"), slowdown=1e-6)

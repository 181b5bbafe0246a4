"""Contestants take turns, alone on the machine, and none outlives the contest."""

import itertools
import statistics

import pytest

from benchmarks.contests import PLAIN, ours, stock
from benchmarks.turns import BenchmarkError, Contestant, take_turns
from tests.benchmarks.processes import commands_running
from tests.stacks import acme_stack
from tests.tiny import AGENT, DISTRIBUTIONAL_AGENT


def ticker(name, *arguments):
    return Contestant(name, ("tests.benchmarks.ticker", *map(str, arguments)))


def test_rates_and_their_ratio(tmp_path):
    rates = take_turns([ticker("fast", 0.005, tmp_path / "f"), ticker("slow", 0.05, tmp_path / "s")], 3, 0.5)
    assert {name: len(values) for name, values in rates.items()} == {"fast": 3, "slow": 3}
    # A sleep takes at least its time, and a turn of 0.5 s is cut into whole ticks.
    assert 5 <= statistics.median(rates["slow"]) <= 22
    assert statistics.median(rates["slow"]) < statistics.median(rates["fast"]) <= 202


@pytest.mark.parametrize("by_child", [(), ("by_child",)])
def test_only_one_runs_at_a_time_and_none_is_left(tmp_path, by_child):
    files = {name: tmp_path / name for name in "ab"}
    take_turns([ticker(name, 0.005, file, *by_child) for name, file in files.items()], rounds=3, seconds=0.5)
    ticks = sorted((float(time), name) for name, file in files.items() for time in file.read_text().split())
    turns = [name for name, _ in itertools.groupby(ticks, key=lambda tick: tick[1])]
    # Each warms up in its turn, then there are three rounds.
    assert turns == list("ab" * 4)
    assert not [command for command in commands_running() if str(tmp_path) in command]


def test_one_that_fails_says_why_and_ends_the_others(tmp_path):
    with pytest.raises(BenchmarkError, match=r"^bad ended with status 1: ValueError: no such thing$"):
        take_turns([ticker("good", 0.005, tmp_path / "good"), ticker("bad", "fail")], 1, 0.1)
    assert not [command for command in commands_running() if str(tmp_path) in command]


@acme_stack
@pytest.mark.slow
def test_every_kind_of_contestant_of_this_environment_runs():
    contestants = [
        ours("environment", "environment", "HopperBulletEnv-v0"),
        ours("acting", "acting", AGENT),
        ours("training", "training", AGENT, *PLAIN),
        ours("learner", "learner", DISTRIBUTIONAL_AGENT),
        stock("stock environment", "environment", "HopperBulletEnv-v0"),
        stock("stock acting", "acting", DISTRIBUTIONAL_AGENT),
        stock("stock training", "training", DISTRIBUTIONAL_AGENT),
        Contestant("products", ("benchmarks.contestants.products", "512")),
    ]
    rates = take_turns(contestants, rounds=1, seconds=0.5)
    assert len(rates) == len(contestants)
    assert all(rate > 0 for (rate,) in rates.values()), rates

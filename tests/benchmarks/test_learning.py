"""Whole runs, timed to a return: their order, their ends, and the table."""

import re
import time

import pytest

from benchmarks import learning
from benchmarks.learning import LearningRow, ours, race, sbx
from benchmarks.timed_run import Confirmation, Learner, Outcome, Rules, time_run
from benchmarks.turns import BenchmarkError
from tests.benchmarks.processes import commands_running
from tests.tiny import AGENT, TINY_RUN, set_options

RULES = Rules(goals=(1_500.0, 2_000.0), limit=30.0, num_episodes=2)


def climber(name, *returns):
    module = "tests.benchmarks.climber"
    return Learner(
        name,
        train=(module, "train", "{folder}/run", "{seed}", *map(str, returns)),
        evaluations="{folder}/run/evaluations.csv",
        play=(module, "play", "{folder}/run"),
    )


def test_each_goal_is_timed_and_the_policy_that_reached_the_last_is_confirmed(tmp_path):
    between = [1_400] * 5  # The second goal is seen later, though a look at the table may take a second.
    outcome = time_run(climber("a", 100, 1_500, *between, 2_050, 3_000), 0, RULES, tmp_path / "a")
    assert outcome.actor_steps == (20_000, 80_000)
    first, last = outcome.seconds
    assert 0.6 <= first < last - 0.3
    assert outcome.confirmation == Confirmation(mean=2_050.0, stddev=50.0, num_falls=1)
    assert outcome.num_unconfirmed == 0
    assert not [command for command in commands_running() if str(tmp_path) in command]


def test_a_policy_that_fresh_episodes_do_not_confirm_is_passed_over_and_the_clock_stands_meanwhile(tmp_path):
    began = time.monotonic()
    outcome = time_run(climber("a", 1_500, 2_051, 2_101, 2_100, 3_000), 0, RULES, tmp_path / "a")
    waited = time.monotonic() - began
    assert outcome.actor_steps == (10_000, 40_000)
    assert outcome.confirmation.mean == 2_100.0
    assert outcome.num_unconfirmed == 2
    assert outcome.seconds[1] < waited - 3.0, "three times a second"
    assert time_run(climber("a"), 0, RULES, tmp_path / "a") == outcome, "it is read, not run again"


def test_one_evaluation_may_reach_both_goals(tmp_path):
    outcome = time_run(climber("a", 100, 2_002), 0, RULES, tmp_path / "a")
    assert outcome.actor_steps == (20_000, 20_000)
    assert outcome.seconds[0] == outcome.seconds[1]


@pytest.mark.parametrize(("returns", "limit"), [((1_600,), 6.0), ((1_600, "end"), 30.0)])
def test_a_run_ends_at_the_limit_or_by_itself(returns, limit, tmp_path):
    rules = Rules(RULES.goals, limit, num_episodes=2)
    outcome = time_run(climber("a", *returns), 0, rules, tmp_path / "a")
    assert (outcome.actor_steps, outcome.confirmation) == ((10_000,), None)
    assert "1,500 after" in outcome.to_text(rules.goals)
    assert outcome.to_text(rules.goals).endswith("2,000 not reached")
    assert not [command for command in commands_running() if str(tmp_path) in command]


def test_a_run_that_a_signal_kills_has_no_outcome(tmp_path):
    with pytest.raises(BenchmarkError, match=r"^a, seed 0, ended with status -9: no word on why$"):
        time_run(climber("a", 1_600, "crash"), 0, RULES, tmp_path / "a")
    assert not (tmp_path / "a" / "outcome.json").exists()


def test_a_finished_run_is_kept_and_an_unfinished_one_is_run_again(tmp_path):
    (tmp_path / "a" / "run").mkdir(parents=True)
    outcome = time_run(climber("a", 2_000), 0, RULES, tmp_path / "a")
    assert time_run(climber("a", "fail"), 0, RULES, tmp_path / "a") == outcome


def test_seeds_are_interleaved_and_one_that_fails_leaves_the_others_their_rows(tmp_path, capsys):
    rows = []
    with pytest.raises(BenchmarkError, match=r"^bad, seed 0, ended with status 1: ValueError: no such thing$"):
        for row in race([climber("a", 2_000), climber("bad", "fail"), climber("b", 2_100)], 2, RULES, tmp_path):
            rows.append(row)
    assert [row.learner.name for row in rows] == ["a", "b"]
    assert [len(row.outcomes) for row in rows] == [2, 2]
    lines = capsys.readouterr().err.splitlines()
    order = ["a, seed 0", "bad, seed 0", "b, seed 0", "a, seed 1", "b, seed 1"]
    assert [re.match(r"  (\w+, seed \d)", line).group(1) for line in lines] == order


def test_the_table_has_the_median_and_each_seed():
    runs = [
        Outcome((100.0, 250.0), (20_000, 50_000), Confirmation(2_100.0, 12.0, 0)),
        Outcome((120.0,), (30_000,), None),
        Outcome((90.0, 310.0), (20_000, 60_000), Confirmation(2_010.0, 340.0, 4)),
    ]
    row = LearningRow(ours("preset", AGENT, target=300.0), Rules(), runs)
    assert dict(zip(row.columns, row.cells(), strict=True)) == {
        "contestant": "preset",
        "s to 1,500": "100 (100, 120, 90)",
        "s to 2,000": "310 (250, -, 310)",
        "steps to 2,000": "60,000 (50,000, -, 60,000)",
        "return, 100 episodes": "2,055 (2,100, -, 2,010)",
        "std": "176 (12, -, 340)",
        "falls": "2 (0, -, 4)",
        "to reach": "at most 300",
    }
    assert row.to_dict()["median_seconds"] == [100.0, 310.0]
    never = LearningRow(ours("never", AGENT), Rules(), runs[1:2])
    assert never.cells() == ("never", "120", "-", "-", "-", "-", "-", "")


def test_a_configuration_that_is_missing_is_named_in_one_line(tmp_path):
    learner = ours("ours", AGENT, "--config", "configs/none.yaml")
    with pytest.raises(BenchmarkError, match=r"^ours, seed 0, ended with status 2: .*configs/none.yaml.*$"):
        time_run(learner, 0, RULES, tmp_path / "run")


@pytest.mark.slow
def test_our_training_and_a_peers_reach_a_low_goal(tmp_path):
    learners = [ours("ours", AGENT, *set_options(TINY_RUN))]
    if learning.PEERS_PYTHON.exists():
        learners.append(sbx("TD3"))
    rules = Rules(goals=(-2_000.0, -1_000.0), limit=300.0, num_episodes=2)
    rows = list(race(learners, 1, rules, tmp_path))
    assert len(rows) == len(learners)
    for row, steps in zip(rows, (300, 10_000), strict=False):
        (outcome,) = row.outcomes
        assert outcome.actor_steps == (steps, steps)
        assert 0 < outcome.seconds[0] == outcome.seconds[1] < rules.limit
        assert outcome.confirmation.mean > -1_000
        assert 0 <= outcome.confirmation.num_falls <= 2
    assert not [command for command in commands_running() if str(tmp_path) in command]

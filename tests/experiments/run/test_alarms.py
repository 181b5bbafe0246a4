"""Alarms: each on numbers that deserve it, and silent on those that do not."""

import dataclasses

import numpy as np
import pytest

from tests.tiny import DISTRIBUTIONAL_AGENT
from walker_rl.agents import agent_names
from walker_rl.experiments.config import flatten, to_dict
from walker_rl.experiments.config_loading import load_config
from walker_rl.experiments.run.alarms import alarms, standing_still, suggested_support
from walker_rl.experiments.run.metrics import RunRecord, read_run_record

STEPS = 10_000.0 * np.arange(1, 31)


def recorded(agent_name: str, **files) -> RunRecord:
    """A run of an agent with these columns, an evaluation each 10,000 steps, and 10,000 updates."""
    nothing = {name: {} for name in ("evaluation", "conduct", "learner", "training")}
    whole = {
        name: {
            "actor_steps": STEPS[: len(next(iter(columns.values())))],
            "learner_steps": np.full(len(next(iter(columns.values()))), 10_000.0),
            **{column: np.asarray(values, float) for column, values in columns.items()},
        }
        for name, columns in files.items()
    }
    return RunRecord(**{**nothing, **whole}, fields=flatten(to_dict(load_config(agent_name))))


def evaluations(returns, stddev=20.0):
    return {"mean_return": returns, "stddev_return": [stddev] * len(returns)}


def episodes(length, alive, progress):
    return {"episode_length": [length] * 20, "return_alive": [alive] * 20, "return_progress": [progress] * 20}


@pytest.mark.parametrize("agent_name", agent_names())
def test_a_run_that_has_just_begun_raises_none(agent_name):
    assert alarms(recorded(agent_name)) == {}


@pytest.mark.parametrize(
    ("agent_name", "files", "alarm", "text"),
    [
        (
            "d4pg",
            {"evaluation": evaluations([70.0, *[60.0, 80.0] * 5])},
            "no_learning_yet",
            "no learning yet: no evaluation in 110,000 steps is better than the first (70); "
            "raise agent.policy_learning_rate (now 0.0003)",
        ),
        (
            "td3",
            {"evaluation": evaluations([70.0, 900.0, 1_700.0, *[300.0] * 5])},
            "return_collapsed",
            "return collapsed: 300 in the last 5 evaluations, 1,700 at best; lower agent.policy_learning_rate (now ",
        ),
        (
            "d4pg",
            {"evaluation": evaluations([-1_500.0, -400.0, -150.0, *[-1_600.0] * 5])},
            "return_collapsed",
            "return collapsed: -1,600 in the last 5 evaluations, -150 at best; lower agent.policy_learning_rate (now ",
        ),
        (
            "gait",
            {"evaluation": evaluations([70.0, 900.0, 1_700.0, *[300.0] * 5])},
            "return_collapsed",
            "return collapsed: 300 in the last 5 evaluations, 1,700 at best; lower agent.sigma (now 0.3)",
        ),
        (
            "ppo",
            {"training": episodes(1_000, 1_000, 42)},
            "standing_still",
            "standing still instead of walking: 1,000 for being upright, 42 for progress; "
            "raise agent.stddev (now [0.6, 0.2, 0, 2000000])",
        ),
        (
            "sac",
            {"training": episodes(900, 900, 100)},
            "standing_still",
            "standing still instead of walking: 900 for being upright, 100 for progress; "
            "set agent.prior.policy (now null)",
        ),
        (
            "ddpg",
            {"conduct": {"saturated_share": [0.2, *[0.95] * 5]}},
            "saturated_actions",
            "saturated actions: 95% of the policy's actions lie at their bounds; lower agent.policy_learning_rate (",
        ),
        (
            "d4pg",
            {"learner": {"end_atom_mass": [0.0, *[0.04] * 5]}},
            "end_atom_mass",
            "end atoms: 4.0% of the probability in the critic's targets lies in them; in a new run set agent.vmin=-69, "
            "agent.vmax=240",
        ),
        (
            "ppo",
            {"learner": {"kl": [0.3] * 5}},
            "kl_too_high",
            "KL too high: each round moves the policy by 0.30 nats; lower agent.policy_learning_rate (now ",
        ),
        (
            "ppo",
            {"learner": {"clipped_share": [0.5] * 5}},
            "clipped_share_too_high",
            "clipped share too high: 50% of the probability ratios are clipped; lower agent.num_epochs (now 20)",
        ),
    ],
)
def test_each_alarm_says_what_is_wrong_and_names_a_field(agent_name, files, alarm, text):
    raised = alarms(recorded(agent_name, **files))
    assert list(raised) == [alarm]
    assert raised[alarm].startswith(text)


def test_a_walker_stands_still_in_short_training_episodes_too():
    whole = recorded("sac", training=episodes(250, 250, 20))
    short = dataclasses.replace(whole, fields={**whole.fields, "training_episode_steps": 250})
    falling = dataclasses.replace(short, training=recorded("sac", training=episodes(249, 249, 20)).training)
    brief = recorded("sac", training=episodes(20, 20, 1))
    brief = dataclasses.replace(brief, fields={**brief.fields, "training_episode_steps": 20})
    assert [standing_still(run) is None for run in (whole, short, falling, brief)] == [True, False, True, True]


def test_null_is_not_to_be_raised():
    run = recorded("ppo", training=episodes(1_000, 1_000, 42))
    learned = dataclasses.replace(run, fields={**run.fields, "agent.stddev": None})
    assert str(standing_still(learned)).endswith("; raise agent.init_stddev (now 0.61)")


@pytest.mark.parametrize(
    "files",
    [
        {"evaluation": evaluations([70.0, *[60.0] * 8])},  # Too early.
        {"evaluation": evaluations([70.0, *[60.0] * 10, 120.0])},  # It has begun.
        {"evaluation": evaluations([70.0, 900.0, 1_700.0, *[300.0] * 4, 1_000.0])},  # It has recovered.
        {"evaluation": evaluations([-1_300.0, *[-150.0] * 10])},
        {"training": episodes(1_000, 1_000, 900)},  # It walks.
        {"training": episodes(60, 60, 5)},  # It falls.
        {"conduct": {"saturated_share": [0.95] * 4}},
        {"conduct": {"saturated_share": [0.95, 0.95, 0.5, 0.95, 0.95]}},
        {"learner": {"end_atom_mass": [0.5, *[0.001] * 5]}},
        {"learner": {"kl": [0.06] * 5, "clipped_share": [0.22] * 5}},  # The highest of two healthy runs.
    ],
)
def test_what_is_well_raises_none(files):
    assert alarms(recorded("d4pg", **files)) == {}


def solved_at_once(untrained, returns, falls, updates=0.0):
    """The files of a run whose evaluations hardly differ, beside training episodes after this many updates."""
    run = recorded(
        "d4pg",
        evaluation=evaluations(returns, 90.0),
        conduct={"falls": [falls] * len(returns)},
        training={"episode_return": [untrained] * 5 + [returns[-1]] * 5},
    )
    counted = {**run.training, "learner_steps": np.repeat([updates, 10_000.0], 5)}
    return dataclasses.replace(run, training=counted)


@pytest.mark.parametrize(
    ("untrained", "returns", "falls"),
    [
        (-1_200.0, [-150.0, -160.0, *[-145.0] * 8], 0.0),  # A pendulum.
        (25.0, [1_000.0] * 10, 0.0),  # An inverted pendulum.
        (0.0, [950.0, *[960.0] * 9], 0.2),
    ],
)
def test_a_task_that_is_solved_by_the_first_evaluation_raises_none(untrained, returns, falls):
    assert alarms(solved_at_once(untrained, returns, falls)) == {}


@pytest.mark.parametrize(
    ("untrained", "returns", "falls", "updates"),
    [
        (17.0, [130.0] * 10, 1.0, 0.0),  # A walker falls later without exploration.
        (-1_200.0, [-1_190.0] * 10, 0.0, 0.0),
        (-1_200.0, [-150.0, *[-140.0] * 8, -1_150.0], 0.0, 0.0),  # It starts high but does not stay.
        (-1_200.0, [-150.0] * 10, 0.0, 10.0),  # No episode is of the untrained policy.
    ],
)
def test_a_start_that_is_no_better_than_without_training_raises_the_alarm(untrained, returns, falls, updates):
    assert list(alarms(solved_at_once(untrained, returns, falls, updates))) == ["no_learning_yet"]


@pytest.mark.parametrize(
    ("returns", "lengths", "learner", "fields"),
    [
        # 400 a step for 1,000 steps are 20,000 discounted; -10 once are -10.
        ([400_000.0, -10.0], [1_000, 1], {}, {"agent.vmin": -5_100.0, "agent.vmax": 31_000.0}),
        ([10_000.0], [1_000], {}, {"agent.vmin": -130.0, "agent.vmax": 750.0}),
        ([500.0, -5.0], [1_000, 10], {}, {"agent.vmin": -69.0, "agent.vmax": 240.0}),  # They fit: as wide again.
        ([0.0], [1_000], {}, {"agent.vmin": -69.0, "agent.vmax": 240.0}),
        ([], [], {}, {"agent.vmin": -69.0, "agent.vmax": 240.0}),
        (
            [2_000.0],
            [1_000],
            {"support_min": [-40.0], "support_max": [12.0]},
            {"agent.support": "fixed", "agent.vmin": -40.0, "agent.vmax": 150.0},
        ),
    ],
)
def test_the_support_asked_for_holds_the_returns_seen(returns, lengths, learner, fields):
    training = {"episode_return": np.array(returns), "episode_length": np.array(lengths)}
    files = {"training": training, "learner": learner or {"end_atom_mass": [0.5]}}
    assert suggested_support(recorded("d4pg", **files)) == fields


def test_a_new_critic_is_not_judged():
    run = recorded("d4pg", learner={"end_atom_mass": [0.5] * 5})
    early = {**run.learner, "learner_steps": np.full(5, 999.0)}
    assert alarms(dataclasses.replace(run, learner=early)) == {}


def test_rows_that_are_half_written_are_left_out(tmp_path):
    (tmp_path / "learner.csv").write_text("actor_steps,learner_steps,kl\n100,2000,0.5\n200,3000,0")
    run = read_run_record(tmp_path, {})
    assert run.learner["kl"].tolist() == [0.5]
    assert list(alarms(run)) == ["kl_too_high"]


@pytest.mark.parametrize(
    ("episode_return", "fields"),
    [
        (5.0, {}),
        (5.0, {"agent.vmin": None, "agent.vmax": "much", "agent.discount": [1]}),
        (float("nan"), {"agent.vmin": 0.0, "agent.vmax": 1.0, "agent.discount": 0.9}),
        (float("inf"), {"agent.vmin": 0.0, "agent.vmax": 1.0, "agent.discount": 0.9}),
    ],
)
def test_damaged_files_leave_the_other_alarms(episode_return, fields):
    files = {
        "learner": {"end_atom_mass": [0.5] * 5, "kl": [0.5] * 5},
        "training": {"episode_length": [10.0], "episode_return": [episode_return]},
    }
    seen = dataclasses.replace(recorded(DISTRIBUTIONAL_AGENT, **files), fields=fields)
    assert "kl_too_high" in alarms(seen)


def test_columns_that_are_missing_raise_none(tmp_path):
    for name in ("evaluation", "conduct", "learner", "training"):
        (tmp_path / f"{name}.csv").write_text(
            "actor_steps\n" + "".join(f"{step}\n" for step in range(0, 300_000, 9_000))
        )
    assert alarms(read_run_record(tmp_path, {})) == {}

"""The configuration as data: documented, allowed by its own rules, comparable."""

import dataclasses
import warnings

import numpy as np
import pytest

from tests.tiny import AGENT, DISTRIBUTIONAL_AGENT
from walker_rl.agents import agent_names, config_class
from walker_rl.errors import UserError
from walker_rl.experiments.config import default_experiment, differences, flatten, to_dict
from walker_rl.hyperparameters import allowed, leaves, problems


@pytest.mark.parametrize("agent_name", agent_names())
def test_defaults_are_allowed(agent_name):
    config = default_experiment(agent_name)
    assert list(problems(config)) == []
    assert config.agent_name == agent_name
    assert type(config.agent) is config_class(agent_name)


@pytest.mark.parametrize("agent_name", agent_names())
def test_every_field_says_what_it_means(agent_name):
    fields = {leaf.name: leaf.field for leaf in leaves(default_experiment(agent_name))}
    assert {"seed", "task", "evaluation.period", "checkpoint.num_kept", "threads.intra_op"} <= set(fields)
    assert any(name.startswith("agent.") for name in fields)
    for name, field in fields.items():
        if name != "agent_name":
            assert allowed(field) is not None, name
            assert len(allowed(field).meaning.split()) >= 2, name


def test_an_unknown_agent():
    with pytest.raises(UserError, match=rf"^agent = trpo: must be one of {', '.join(agent_names())}"):
        default_experiment("trpo")


def test_to_dict_is_what_json_and_yaml_can_write():
    plain = to_dict(default_experiment(DISTRIBUTIONAL_AGENT))
    assert plain["agent_name"] == DISTRIBUTIONAL_AGENT
    assert plain["agent"]["policy_hidden_sizes"] == [256, 256]
    assert plain["agent"]["max_dqda_norm"] is None
    assert plain["checkpoint"]["num_kept"] == 3


def test_arguments_of_an_environment_are_written_if_there_are_any_so_that_older_runs_stay_the_same():
    config = default_experiment(AGENT)
    assert "environment" not in to_dict(config)
    other = to_dict(dataclasses.replace(config, environment={"length": 3}))
    assert other["environment"] == {"length": 3}
    assert differences(to_dict(config), other) == ["environment.length = null, there 3"]


def test_flatten():
    assert flatten({"a": 1, "b": {"c": [2], "d": {"e": None}}, "f": {}}) == {"a": 1, "b.c": [2], "b.d.e": None, "f": {}}


def test_equal_configurations_have_no_differences():
    config = to_dict(default_experiment(AGENT))
    assert differences(config, config) == []


def changed(**sections) -> dict:
    """The defaults of an agent with some values changed, in sections or at the top."""
    config = to_dict(default_experiment(DISTRIBUTIONAL_AGENT))
    for name, value in sections.items():
        config[name] = {**config[name], **value} if isinstance(value, dict) else value
    return config


@pytest.mark.parametrize(
    ("change", "difference"),
    [
        ({"agent": {"n_step": 5}}, "agent.n_step = 5, there 3"),
        ({"seed": 1}, "seed = 1, there 0"),
        ({"task": "HopperBulletEnv-v0"}, "task = HopperBulletEnv-v0, there Walker2DBulletEnv-v0"),
        ({"evaluation": {"num_episodes": 9}}, "evaluation.num_episodes = 9, there 5"),
        ({"threads": {"intra_op": 2}}, "threads.intra_op = 2, there 1"),
        ({"agent": {"new": 1}}, "agent.new = 1, there null"),
    ],
)
def test_what_decides_the_numbers_may_not_differ(change, difference):
    assert differences(changed(**change), changed()) == [difference]


@pytest.mark.parametrize(
    "change",
    [
        {"max_actor_steps": 5},
        {"checkpoint": {"seconds_period": None, "steps_period": 7, "num_kept": 9}},
        {"evaluation": {"num_final_episodes": 1}},
    ],
)
def test_what_decides_no_number_may_differ(change):
    assert differences(changed(**change), changed()) == []


@pytest.mark.parametrize("value", [np.zeros(2), np.zeros((3, 1)), np.zeros(0), np.array(3), [np.zeros(2)] * 2])
@pytest.mark.parametrize("field", ["n_step", "policy_hidden_sizes"])
def test_an_array_of_a_damaged_checkpoint_differs_in_one_line(field, value):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        (line,) = differences(changed(), changed(agent={field: value}))
    assert line.startswith(f"agent.{field} = ") and len(line.splitlines()) == 1


@pytest.mark.parametrize(
    ("value", "other", "is_equal"),
    [
        (3, 3.0, True),
        ([1, 2], [1, 2.0], True),
        ([1, 2], [1], False),
        ([1], 1, False),
        (None, 0, False),
        ("1", 1, False),
    ],
)
def test_values_are_compared_exactly_and_numbers_of_any_kind(value, other, is_equal):
    assert (differences({"a": value}, {"a": other}) == []) is is_equal


def test_another_agent_is_a_difference():
    lines = differences(to_dict(default_experiment(AGENT)), changed())
    assert f"agent_name = {AGENT}, there {DISTRIBUTIONAL_AGENT}" in lines
    assert "agent.vmin = null, there -25.0" in lines

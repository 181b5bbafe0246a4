"""The hyperparameters of every agent: documented, and allowed by their own rules."""

import dataclasses
from pathlib import Path

import pytest

from walker_rl import agents
from walker_rl.agents import agent_names, config_class
from walker_rl.agents.config import DistributionalConfig, OffPolicyConfig
from walker_rl.hyperparameters import allowed, problems


def test_the_agents_are_found_by_listing():
    assert agent_names() == sorted(agent_names())
    folder = Path(agents.__file__).parent
    assert set(agent_names()) == {path.name for path in folder.iterdir() if (path / "README.md").exists()} != set()


@pytest.mark.parametrize("agent_name", agent_names())
def test_defaults_are_allowed(agent_name):
    assert list(problems(config_class(agent_name)())) == []


@pytest.mark.parametrize("agent_name", agent_names())
def test_every_field_says_what_it_means(agent_name):
    config = config_class(agent_name)
    sections = [config] + [value for value in vars(config()).values() if dataclasses.is_dataclass(value)]
    for field in [field for section in sections for field in dataclasses.fields(section)]:
        rule = allowed(field)
        assert rule is not None or field.name == "prior", field.name
        assert rule is None or len(rule.meaning.split()) >= 2, field.name
    assert "https://" in config.paper
    assert config.display_name
    assert config.__doc__


@pytest.mark.parametrize("agent_name", agent_names())
def test_configs_are_frozen(agent_name):
    config = config_class(agent_name)()
    with pytest.raises(dataclasses.FrozenInstanceError):
        config.discount = 0.5


@pytest.mark.parametrize(
    "agent_name", [name for name in agent_names() if issubclass(config_class(name), OffPolicyConfig)]
)
@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"batch_size": 9}, "batch_size = 9: must be at most agent.max_replay_size = 8"),
        ({"min_replay_size": 9}, "min_replay_size = 9: must be at most agent.max_replay_size = 8"),
        ({"batch_size": 8, "min_replay_size": 8}, None),
    ],
)
def test_replay_must_hold_a_batch_and_the_start(agent_name, changes, problem):
    config = config_class(agent_name)(**{"max_replay_size": 8, "batch_size": 1, "min_replay_size": 1, **changes})
    assert list(problems(config)) == ([problem] if problem else [])


@pytest.mark.parametrize(
    "agent_name", [name for name in agent_names() if issubclass(config_class(name), DistributionalConfig)]
)
@pytest.mark.parametrize(("vmin", "vmax"), [(10.0, 10.0), (11.0, 10.0)])
def test_the_support_must_not_be_empty(agent_name, vmin, vmax):
    config = config_class(agent_name)(vmin=vmin, vmax=vmax)
    assert list(problems(config)) == [f"vmin = {vmin}: must be less than agent.vmax = 10"]

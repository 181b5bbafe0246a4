"""Warnings about settings with which a training learns nothing, or in part no more, or ignores others."""

import pytest

from walker_rl.agents import agent_names
from walker_rl.experiments.config_loading import load_config
from walker_rl.experiments.config_warnings import config_warnings

PRIOR = "the settings of agent.prior have no effect without a prior, such as --prior gait"


@pytest.mark.parametrize("agent_name", agent_names())
def test_there_are_none_about_the_defaults(agent_name):
    assert list(config_warnings(load_config(agent_name))) == []


@pytest.mark.parametrize(
    ("agent_name", "overrides", "warnings"),
    [
        ("ppo", ["max_actor_steps=2_000_000"], []),
        (
            "d4pg",
            ["replay=reverb"],
            ["replay = reverb: its server listens on every network interface, and requires no password"],
        ),
        (
            "ppo",
            ["max_actor_steps=5_000_000"],
            ["agent.clip falls to 0 at step 2,000,000 of 5,000,000 and stays there"],
        ),
        (
            "d4pg",
            ["agent.policy_learning_rate=[1e-3,0,0,100_000]", "agent.critic_learning_rate=[1e-3,1e-9,0,100_000]"],
            ["agent.policy_learning_rate falls to 0 at step 100,000 of 300,000 and stays there"],
        ),
        ("d4pg", ["agent.sigma=[0.2,0,0,100_000]"], []),
        ("d4pg", ["agent.prior.num_steps=50_000"], [PRIOR]),
        ("d4pg", ["agent.prior.num_steps=50_000", "agent.prior.policy=gait"], []),
        (
            "d4pg",
            ["max_actor_steps=100"],
            ["max_actor_steps = 100: must be at least 5001 for a first update; nothing will be learned"],
        ),
    ],
)
def test_a_line_for_each(agent_name, overrides, warnings):
    assert list(config_warnings(load_config(agent_name, overrides=overrides))) == warnings

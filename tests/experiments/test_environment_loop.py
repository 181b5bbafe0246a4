"""An environment and its actor, restored together."""

import contextlib

import pytest

from tests.tiny import AGENT
from walker_rl.experiments.config_loading import load_config
from walker_rl.experiments.parts import make_parts


@pytest.mark.parametrize("agent_name", [AGENT, "ppo"])
def test_an_actor_between_episodes_is_not_put_into_the_middle_of_one(agent_name):
    with contextlib.closing(make_parts(load_config(agent_name, (), ("task=Pendulum-v1",)))) as parts:
        loop = parts.loops[0]
        for _ in range(3):
            loop.step()
        state = loop.save()
        loop.restore(state)
        loop.step()
        state["actor"]["adder"]["observation"] = None
        with pytest.raises(ValueError, match=r"^its parts disagree on where the episode stands$"):
            loop.restore(state)

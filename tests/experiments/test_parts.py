"""From a configuration to parts, with several environments in one process."""

import contextlib

import numpy as np

from walker_rl.agents import agent_names, config_class
from walker_rl.experiments.config_loading import load_config
from walker_rl.experiments.parts import make_parts


def several_environments():
    """The agents that play several environments in one process."""
    return [name for name in agent_names() if hasattr(config_class(name)(), "num_environments")]


def test_each_environment_has_episodes_and_an_actor_of_its_own():
    assert several_environments()
    for agent_name in several_environments():
        config = load_config(agent_name, (), ("agent.num_environments=3", "task=Pendulum-v1"))
        with contextlib.closing(make_parts(config)) as parts:
            assert len(parts.loops) == 3
            starts = [loop.environment.reset() for loop in parts.loops]
            assert len({tuple(timestep.observation) for timestep in starts}) == 3
            actions = [loop.actor.select_action(starts[0].observation) for loop in parts.loops]
            assert len({tuple(np.atleast_1d(action)) for action in actions}) == 3
        with contextlib.closing(make_parts(load_config(agent_name, (), ("task=Pendulum-v1",)))) as more:
            np.testing.assert_array_equal(more.loops[1].environment.reset().observation, starts[1].observation)

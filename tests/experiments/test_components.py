"""From a configuration to parts, with several environments in one process."""

import contextlib

import numpy as np

from walker_rl.agents import agent_names, config_class
from walker_rl.experiments.components import make_components
from walker_rl.experiments.config_loading import load_config


def several_environments():
    """The agents that play several environments in one process."""
    return [name for name in agent_names() if hasattr(config_class(name)(), "num_environments")]


def test_each_environment_has_episodes_and_an_actor_of_its_own():
    assert several_environments()
    for agent_name in several_environments():
        config = load_config(agent_name, (), ("agent.num_environments=3", "task=Pendulum-v1"))
        with contextlib.closing(make_components(config)) as parts:
            assert len(parts.environments) == len(parts.actors) == 3
            starts = [environment.reset() for environment in parts.environments]
            assert len({tuple(timestep.observation) for timestep in starts}) == 3
            actions = [actor.select_action(starts[0].observation) for actor in parts.actors]
            assert len({tuple(np.atleast_1d(action)) for action in actions}) == 3
        with contextlib.closing(make_components(load_config(agent_name, (), ("task=Pendulum-v1",)))) as more:
            np.testing.assert_array_equal(more.environments[1].reset().observation, starts[1].observation)

"""From a configuration to the parts that a runner wires together."""

import dataclasses
from typing import Any

import numpy as np
from acme import specs

from walker_rl.agents import make_builder
from walker_rl.agents.acting import Actor
from walker_rl.agents.builder import Builder
from walker_rl.agents.learner import Learner
from walker_rl.environments import Environment, Task, find_task, make_environment
from walker_rl.experiments.config import ExperimentConfig
from walker_rl.experiments.seeding import ActorSeeds, Seeds, make_actor_seeds, make_seeds
from walker_rl.replay import Replay


@dataclasses.dataclass(frozen=True)
class Components:
    """The parts of one experiment in one process."""

    builder: Builder
    environments: tuple[Environment, ...]
    replay: Replay
    learner: Learner
    actors: tuple[Actor, ...]

    def close(self) -> None:
        """Frees the simulators and the replay."""
        for environment in self.environments:
            environment.close()
        self.replay.close()


def builder_of(config: ExperimentConfig) -> Any:
    """The agent's builder for the task; nothing is simulated.

    Raises:
        UserError: if there is no such task.
    """
    return make_builder(config.agent_name, config.agent, spec_of(find_task(config.task)))


def spec_of(task: Task) -> specs.EnvironmentSpec:
    """Shapes of what an agent sees and does in environments of a task."""
    return specs.EnvironmentSpec(
        observations=specs.Array((task.observation_size,), np.float32, "observation"),
        actions=specs.BoundedArray((task.action_size,), np.float32, -1.0, 1.0, "action"),
        rewards=specs.Array((), np.float32, "reward"),
        discounts=specs.BoundedArray((), np.float32, 0.0, 1.0, "discount"),
    )


def check_agent(config: ExperimentConfig) -> None:
    """Makes a policy for each kind of actor, as those of a distributed run will.

    Raises:
        UserError: if the agent can't play the task so.
    """
    builder = builder_of(config)
    for noise_scale in config.distributed.noise_scales:
        builder.make_policy(0, noise_scale)


def make_components(config: ExperimentConfig) -> Components:
    """Builds every part from its own seed."""
    seeds = make_seeds(config.seed)
    builder: Builder = builder_of(config)
    # The first has the run's own seeds; the others those that actors of a distributed run have.
    actor_seeds: list[Seeds | ActorSeeds] = [seeds]
    actor_seeds += [make_actor_seeds(config.seed, index, 0) for index in range(1, builder.num_environments)]
    environments = tuple(make_environment(config.task, each.environment) for each in actor_seeds)
    replay = builder.make_replay(config.replay, seeds.replay)
    networks = builder.make_networks(seeds.networks)
    learner = builder.make_learner(networks, builder.make_dataset(replay), seeds.learner)
    actors = tuple(
        builder.make_actor(
            builder.make_policy(each.policy),
            builder.make_adder(replay),
            learner,
            each.actor,
        )
        for each in actor_seeds
    )
    return Components(builder, environments, replay, learner, actors)

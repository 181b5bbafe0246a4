"""From a configuration to the parts that a runner wires together."""

import dataclasses

from acme import specs

from walker_rl.agents import make_builder
from walker_rl.agents.acting import Actor
from walker_rl.agents.builder import Builder
from walker_rl.agents.learner import Learner
from walker_rl.environments import Environment, make_environment
from walker_rl.experiments.config import ExperimentConfig
from walker_rl.experiments.seeding import ActorSeeds, Seeds, make_actor_seeds, make_seeds
from walker_rl.policies.architecture import Architecture
from walker_rl.replay import Replay


@dataclasses.dataclass(frozen=True)
class Components:
    """The parts of one experiment in one process."""

    builder: Builder
    architecture: Architecture
    environments: tuple[Environment, ...]
    replay: Replay
    learner: Learner
    actors: tuple[Actor, ...]

    def close(self) -> None:
        """Frees the simulators and the replay."""
        for environment in self.environments:
            environment.close()
        self.replay.close()


def check_agent(config: ExperimentConfig) -> None:
    """Makes a policy for each kind of actor, as those of a distributed run will.

    Raises:
        UserError: if the agent can't play the task so.
    """
    builder: Builder = make_builder(config.agent_name, config.agent)
    environment = make_environment(config.task, seed=0)
    architecture = builder.make_architecture(specs.make_environment_spec(environment))
    environment.close()
    for noise_scale in config.distributed.noise_scales:
        builder.make_policy(architecture, 0, noise_scale)


def make_components(config: ExperimentConfig) -> Components:
    """Builds every part from its own seed."""
    seeds = make_seeds(config.seed)
    builder: Builder = make_builder(config.agent_name, config.agent)
    # The first has the run's own seeds; the others those that actors of a distributed run have.
    actor_seeds: list[Seeds | ActorSeeds] = [seeds]
    actor_seeds += [make_actor_seeds(config.seed, index, 0) for index in range(1, builder.num_environments)]
    environments = tuple(make_environment(config.task, each.environment) for each in actor_seeds)
    environment_spec = specs.make_environment_spec(environments[0])
    replay = builder.make_replay(environment_spec, config.replay, seeds.replay)
    networks = builder.make_networks(environment_spec, seeds.networks)
    learner = builder.make_learner(networks, builder.make_dataset(replay), seeds.learner)
    actors = tuple(
        builder.make_actor(
            builder.make_policy(networks.architecture, each.policy),
            builder.make_adder(replay),
            learner,
            environment_spec,
            each.actor,
        )
        for each in actor_seeds
    )
    return Components(builder, networks.architecture, environments, replay, learner, actors)

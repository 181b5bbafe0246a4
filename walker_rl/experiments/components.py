"""From a configuration to the parts that a runner wires together."""

import dataclasses

from acme import specs

from walker_rl.agents import make_builder
from walker_rl.agents.acting import OffPolicyActor
from walker_rl.agents.builder import OffPolicyBuilder
from walker_rl.agents.learning import OffPolicyLearner
from walker_rl.environments import Environment, make_environment
from walker_rl.experiments.config import ExperimentConfig
from walker_rl.experiments.seeding import make_seeds
from walker_rl.networks.architecture import PolicyArchitecture
from walker_rl.replay import Replay


@dataclasses.dataclass(frozen=True)
class Components:
    """The parts of one experiment in one process."""

    builder: OffPolicyBuilder
    architecture: PolicyArchitecture
    environment: Environment
    replay: Replay
    learner: OffPolicyLearner
    actor: OffPolicyActor

    def close(self) -> None:
        """Frees the simulator and the replay."""
        self.environment.close()
        self.replay.close()


def make_components(config: ExperimentConfig) -> Components:
    """Builds every part from its own seed."""
    seeds = make_seeds(config.seed)
    builder: OffPolicyBuilder = make_builder(config.agent_name, config.agent)
    environment = make_environment(config.task, seeds.environment)
    environment_spec = specs.make_environment_spec(environment)
    replay = builder.make_replay(environment_spec, config.replay, seeds.replay)
    networks = builder.make_networks(environment_spec, seeds.networks)
    learner = builder.make_learner(networks, builder.make_dataset(replay), seeds.learner)
    policy = builder.make_policy(networks.architecture, seeds.policy)
    actor = builder.make_actor(policy, builder.make_adder(replay), learner, environment_spec, seeds.actor)
    return Components(builder, networks.architecture, environment, replay, learner, actor)

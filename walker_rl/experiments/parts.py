"""Makes the parts of an experiment from its configuration: the learner's side and the actor's side.

`train` has both in one process, `launch` each in its own.
"""

import contextlib
import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
from dm_env import specs

from walker_rl.agents import calling, make_builder
from walker_rl.agents.builder import Builder
from walker_rl.agents.learner import Learner
from walker_rl.agents.prior import PriorThenPolicy, check_dataset
from walker_rl.environments import Environment, find_task
from walker_rl.errors import UserError
from walker_rl.experiments.config import ExperimentConfig, prior_of
from walker_rl.experiments.environment_loop import EnvironmentLoop
from walker_rl.experiments.prior import PriorPolicy, read_prior_policy
from walker_rl.experiments.seeding import ActorSeeds, Seeds, make_actor_seeds, make_seeds
from walker_rl.hyperparameters import reset_in_turn
from walker_rl.interfaces import EnvironmentSpec, VariableSource
from walker_rl.replay.interface import Replay, Sink
from walker_rl.runtime import machine_memory


@dataclasses.dataclass(frozen=True)
class LearnerSide:
    """A learner, the replay that it learns from, and the builder of both."""

    builder: Builder[Any]
    replay: Replay
    learner: Learner


@dataclasses.dataclass(frozen=True)
class Parts:
    """Both sides in one process: a learner, and an actor in each environment."""

    learner_side: LearnerSide
    loops: tuple[EnvironmentLoop, ...]

    def close(self) -> None:
        """Frees the simulators and the replay."""
        for loop in self.loops:
            loop.close()
        self.learner_side.replay.close()


def builder_of(config: ExperimentConfig) -> Builder[Any]:
    """Makes the agent's builder for the task, without a simulator.

    Raises:
        UserError: if there is no such task.
    """
    task = find_task(config.task, config.environment)
    spec = EnvironmentSpec(
        observations=specs.Array((task.observation_size,), np.float32, "observation"),
        actions=specs.BoundedArray((task.action_size,), np.float32, -1.0, 1.0, "action"),
        rewards=specs.Array((), np.float32, "reward"),
        discounts=specs.BoundedArray((), np.float32, 0.0, 1.0, "discount"),
    )
    return make_builder(config.agent_name, config.agent, spec)


def check_agent(config: ExperimentConfig) -> None:
    """Makes a policy for each noise scale, as the actors of a distributed run will, and opens the prior.

    Raises:
        UserError: if the agent or its prior can't play the task, or training takes too much memory.
    """
    with calling(config.agent_name):
        builder, prior_policy = builder_of(config), read_prior_policy(config)
        check_memory(config, builder)
        for noise_scale in config.distributed.noise_scales:
            _exploring_policy(config, builder, prior_policy, 0, noise_scale)
        prior = prior_of(config)
        if prior is not None and prior.dataset is not None:
            check_dataset(Path(prior.dataset), builder.sizes, builder.layout.row_size)


def check_memory(config: ExperimentConfig, builder: Builder[Any]) -> None:
    """Checks that training fits into this machine's memory.

    Raises:
        UserError: if it does not; names the field whose default would save the most.
    """
    if builder.num_bytes <= machine_memory():
        return
    fields = {
        (name, shown): num_bytes
        for name, shown, reset in reset_in_turn(config.agent)
        if (num_bytes := make_builder(config.agent_name, reset, builder.spec).num_bytes) < builder.num_bytes
    }
    if fields:  # Without one, as with the defaults, training is tried on any machine.
        name, shown = min(fields, key=lambda field: fields[field])
        raise UserError(f"agent.{name} = {shown}: must fit into this machine's memory")


def make_learner_side(config: ExperimentConfig, builder: Builder[Any]) -> LearnerSide:
    """Makes an empty replay and a new learner, each from its own seed.

    Raises:
        UserError: if there is not enough memory, or the agent does not support `config.replay`.
    """
    check_memory(config, builder)
    seeds = make_seeds(config.seed)
    replay = builder.make_replay(config.replay, seeds.replay)
    networks = builder.make_networks(seeds.networks)
    return LearnerSide(builder, replay, builder.make_learner(networks, builder.make_dataset(replay), seeds.learner))


def make_actor_side(
    config: ExperimentConfig,
    builder: Builder[Any],
    seeds: Seeds | ActorSeeds,
    sink: Sink,
    variable_source: VariableSource,
    prior_policy: PriorPolicy | None,
    noise_scale: float = 1.0,
    actor_index: int = 0,
) -> EnvironmentLoop:
    """Makes an environment and an actor in it, with the policy's noise times `noise_scale`.

    The actor sends items to `sink`, a replay or a stream to one, and takes its weights from `variable_source`. It plays
    `prior_policy` first, if there is one, with the noise of actor `actor_index`.
    """
    policy = _exploring_policy(config, builder, prior_policy, seeds.policy, noise_scale, actor_index)
    actor = builder.make_actor(policy, builder.make_adder(sink), variable_source, seeds.actor)
    return EnvironmentLoop(_training_environment(config, seeds.environment), actor)


def _exploring_policy(
    config: ExperimentConfig,
    builder: Builder[Any],
    prior_policy: PriorPolicy | None,
    seed: int,
    noise_scale: float,
    actor_index: int = 0,
) -> Any:
    own = builder.make_policy(seed, noise_scale)
    if prior_policy is None:
        return own
    return PriorThenPolicy(config.agent.prior, prior_policy.saved, builder.sizes, own, seed, actor_index)


def _training_environment(config: ExperimentConfig, seed: int) -> Environment:
    task = find_task(config.task, config.environment)
    limit = min(config.training_episode_steps or task.max_episode_steps, task.max_episode_steps)
    return Environment(dataclasses.replace(task, max_episode_steps=limit), seed)


def make_parts(config: ExperimentConfig, prior_policy: PriorPolicy | None = None) -> Parts:
    """Makes both sides, with as many actors as the agent's `num_environments`.

    Args:
        config: the configuration.
        prior_policy: policy that the actors play first; by default the configured one, if any.

    Raises:
        UserError: if `make_learner_side` raises it, or the agent or its prior can't play the task.
    """
    with calling(config.agent_name), contextlib.ExitStack() as if_it_fails:
        builder = builder_of(config)
        side = make_learner_side(config, builder)
        if_it_fails.callback(side.replay.close)
        # The first actor has the run's own seeds, the others those of a distributed run's actors.
        seeds: list[Seeds | ActorSeeds] = [make_seeds(config.seed)]
        seeds += [make_actor_seeds(config.seed, index, 0) for index in range(1, builder.num_environments)]
        prior_policy = prior_policy or read_prior_policy(config)
        loops = []
        for one in seeds:
            loops.append(make_actor_side(config, builder, one, side.replay, side.learner, prior_policy))
            if_it_fails.callback(loops[-1].close)
        if_it_fails.pop_all()
        return Parts(side, tuple(loops))

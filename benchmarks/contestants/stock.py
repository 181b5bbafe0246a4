"""Unmodified gym and Acme 0.4.0: `environment TASK`, or `acting d4pg`, `training d4pg`, `training dmpo`."""

import itertools
import sys

import acme
import gym
import numpy as np
import pybullet_envs  # noqa: F401  (registers the tasks)
import sonnet as snt
from acme import specs, wrappers
from acme.agents import agent as acme_agent
from acme.agents.tf import d4pg, dmpo
from acme.tf import networks
from acme.tf import utils as tf2_utils
from acme.utils import loggers

from benchmarks.conditions import TASK, WARM_UP_STEPS
from benchmarks.meter import Meter

BATCH_SIZE = 256
HIDDEN_SIZES = (256, 256)


def step_environment(meter: Meter, task: str) -> None:
    """Takes steps with random actions drawn in advance."""
    environment = gym.make(task, disable_env_checker=True)
    actions = np.random.default_rng(0).uniform(-1, 1, (1000, *environment.action_space.shape)).astype(np.float32)
    environment.reset()
    for action in itertools.cycle(actions):
        if environment.step(action)[2]:
            environment.reset()
        meter.tick()


def make_agent(name: str, spec: specs.EnvironmentSpec) -> acme_agent.Agent:
    """Makes an agent with one update per environment step, and our layers, batch and support."""
    num_dimensions = int(np.prod(spec.actions.shape))
    heads = {
        "d4pg": [networks.NearZeroInitializedLinear(num_dimensions), networks.TanhToSpec(spec.actions)],
        "dmpo": [networks.MultivariateNormalDiagHead(num_dimensions)],
    }
    policy = snt.Sequential([networks.LayerNormMLP(HIDDEN_SIZES, activate_final=True), *heads[name]])
    critic = snt.Sequential(
        [
            networks.CriticMultiplexer(action_network=networks.ClipToSpec(spec.actions)),
            networks.LayerNormMLP(HIDDEN_SIZES, activate_final=True),
            networks.DiscreteValuedHead(-25.0, 150.0, 51),
        ]
    )
    agent_class = {"d4pg": d4pg.D4PG, "dmpo": dmpo.DistributionalMPO}[name]
    return agent_class(
        spec,
        policy,
        critic,
        observation_network=tf2_utils.batch_concat,
        checkpoint=False,
        batch_size=BATCH_SIZE,
        samples_per_insert=float(BATCH_SIZE),
        min_replay_size=1_000,
        logger=loggers.NoOpLogger(),
    )


class Counted(wrappers.EnvironmentWrapper):
    """Counts the steps after a warm-up."""

    def __init__(self, environment, meter: Meter) -> None:
        super().__init__(environment)
        self._meter = meter
        self._num_steps = 0

    def step(self, action):
        self._num_steps += 1
        if self._num_steps > WARM_UP_STEPS:
            self._meter.tick()
        return super().step(action)


def main() -> None:
    activity, subject = sys.argv[1:]
    meter = Meter()
    if activity == "environment":
        step_environment(meter, subject)
    gym_environment = gym.make(TASK, disable_env_checker=True)
    environment = Counted(wrappers.SinglePrecisionWrapper(wrappers.GymWrapper(gym_environment)), meter)
    agent = make_agent(subject, specs.make_environment_spec(environment))
    actor = agent._actor if activity == "acting" else agent
    acme.EnvironmentLoop(environment, actor, logger=loggers.NoOpLogger()).run()


if __name__ == "__main__":
    main()

"""walker_rl itself: `environment TASK`, or `acting AGENT`, `training AGENT`, `learner AGENT` and `field=value` ..."""

from walker_rl.runtime import configure_process

configure_process()

import itertools  # noqa: E402
import sys  # noqa: E402

import numpy as np  # noqa: E402

from benchmarks.conditions import ENDLESS, WARM_UP_STEPS  # noqa: E402
from benchmarks.local_run import run_locally  # noqa: E402
from benchmarks.meter import Meter  # noqa: E402
from walker_rl.agents import config_class  # noqa: E402
from walker_rl.agents.config import OffPolicyConfig  # noqa: E402
from walker_rl.environments import make_environment  # noqa: E402
from walker_rl.experiments.config import ExperimentConfig  # noqa: E402
from walker_rl.experiments.config_loading import load_config  # noqa: E402
from walker_rl.experiments.parts import Parts, make_parts  # noqa: E402

REPLAY_SIZE = 1_000_000
FIRST_UPDATE = {"acting": REPLAY_SIZE, "training": 1_000, "learner": 1_000}
"""Transitions in the replay before the first update, by activity."""

WARM_UP_STEPS_ON_POLICY = 6_300
"""Steps of three rounds: the first primes the normaliser, the second traces the update."""


def benchmark_config(agent: str, activity: str, overrides: list[str]) -> ExperimentConfig:
    """Configures an agent with its defaults, except for its peers' replay, without evaluations and checkpoints."""
    settings = [*ENDLESS]
    if issubclass(config_class(agent), OffPolicyConfig):
        settings += (
            "agent.num_random_steps=500",
            f"agent.min_replay_size={FIRST_UPDATE[activity]}",
            f"agent.max_replay_size={REPLAY_SIZE}",
        )
    return load_config(agent, overrides=[*settings, *overrides])


def step_environment(meter: Meter, task: str) -> None:
    """Takes steps with random actions drawn in advance."""
    environment = make_environment(task, seed=0)
    size = environment.task.action_size
    actions = np.random.default_rng(0).uniform(-1, 1, (1000, size)).astype(np.float32)
    environment.reset()
    for action in itertools.cycle(actions):
        if environment.step(action).last():
            environment.reset()
        meter.tick()


def run(meter: Meter, config: ExperimentConfig, parts: Parts) -> None:
    """Runs the local runner, and counts the steps after a warm-up."""

    is_off_policy = isinstance(config.agent, OffPolicyConfig)
    warm_up_steps = WARM_UP_STEPS if is_off_policy else WARM_UP_STEPS_ON_POLICY

    def count(num_steps: int) -> bool:
        if num_steps > warm_up_steps:
            meter.tick()
        return False

    run_locally(config, parts, count)


def learn(meter: Meter, parts: Parts) -> None:
    """Makes updates on samples of random transitions, and nothing else."""
    fill_replay(parts)
    for _ in range(100):
        parts.learner_side.learner.step()
    while True:
        parts.learner_side.learner.step()
        meter.tick()


def fill_replay(parts: Parts) -> None:
    """Inserts the `min_replay_size` random transitions that the learner needs."""
    side = parts.learner_side
    num_rows, row_size = side.builder.config.min_replay_size, side.builder.layout.row_size
    rows = np.random.default_rng(0).standard_normal((num_rows, row_size)).astype(np.float32)
    transitions = side.builder.layout.unpack(rows)
    np.clip(transitions.action, -1, 1, out=transitions.action)
    transitions.discount[:] = 0.95
    side.replay.insert(rows)


def main() -> None:
    activity, subject, *overrides = sys.argv[1:]
    meter = Meter()
    if activity == "environment":
        step_environment(meter, subject)
    config = benchmark_config(subject, activity, overrides)
    parts = make_parts(config)
    if activity == "learner":
        learn(meter, parts)
    run(meter, config, parts)


if __name__ == "__main__":
    main()

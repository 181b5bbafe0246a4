"""Small learners of every agent, and batches to feed them."""

import dataclasses
import importlib
from collections.abc import Iterable
from typing import Any

import numpy as np
from dm_env import specs

from walker_rl import agents
from walker_rl.agents.config import OffPolicyConfig
from walker_rl.agents.networks import Networks
from walker_rl.agents.off_policy_learner import OffPolicyLearner
from walker_rl.interfaces import EnvironmentSpec
from walker_rl.replay.layout import TransitionLayout
from walker_rl.types import Transition

OFF_POLICY = tuple(name for name in agents.agent_names() if issubclass(agents.config_class(name), OffPolicyConfig))
OBSERVATION_SIZE, ACTION_SIZE, BATCH_SIZE = 5, 3, 16
LAYOUT = TransitionLayout(OBSERVATION_SIZE, ACTION_SIZE)
SPEC = EnvironmentSpec(
    observations=specs.Array((OBSERVATION_SIZE,), np.float32),
    actions=specs.BoundedArray((ACTION_SIZE,), np.float32, -1.0, 1.0),
    rewards=specs.Array((), np.float32),
    discounts=specs.BoundedArray((), np.float32, 0.0, 1.0),
)


def make_config(agent: str, **overrides: Any) -> Any:
    """The agent's configuration with small layers and batches."""
    small = {
        "batch_size": BATCH_SIZE,
        "policy_hidden_sizes": (32, 24),
        "critic_hidden_sizes": (40, 24),
    }
    return agents.config_class(agent)(**{**small, **overrides})


def make_networks(agent: str, config: Any, seed: int = 0, spec: EnvironmentSpec = SPEC) -> Networks:
    return agents.make_builder(agent, config, spec).make_networks(seed)


def make_learner(
    agent: str, config: Any, networks: Networks, batches: Iterable[Transition], seed: int = 0
) -> OffPolicyLearner:
    learning = importlib.import_module(f"walker_rl.agents.{agent}.learning")
    return getattr(learning, f"{agent.upper()}Learner")(config, networks, map(packed, batches), seed)


def packed(batch: Transition) -> np.ndarray:
    """A batch as rows `[B, row_size]`."""
    rows = np.empty((len(batch.reward), LAYOUT.row_size), np.float32)
    LAYOUT.pack(batch, rows)
    return rows


def facts(agent: str) -> Any:
    """What these tests must know of an agent: `tests/agents/AGENT/facts.py`."""
    return importlib.import_module(f"tests.agents.{agent}.facts")


def random_batches(count: int, reward_scale: float = 5.0, seed: int = 0) -> list[Transition]:
    """Batches with actions that touch their bounds and with terminations."""
    generator = np.random.default_rng(seed)

    def batch() -> Transition:
        numbers = Transition(
            observation=generator.normal(size=(BATCH_SIZE, OBSERVATION_SIZE)),
            action=np.clip(generator.normal(size=(BATCH_SIZE, ACTION_SIZE)), -1, 1),
            reward=generator.normal(0, reward_scale, BATCH_SIZE),
            discount=generator.choice([0.0, 0.99, 0.99**5], BATCH_SIZE),
            next_observation=generator.normal(size=(BATCH_SIZE, OBSERVATION_SIZE)),
        )
        return Transition(*(array.astype(np.float32) for array in numbers))

    return [batch() for _ in range(count)]


def randomise(networks: Networks, seed: int = 0) -> None:
    """Gives all weights values of the size that training gives them, the same to online and target."""
    generator = np.random.default_rng(seed)
    for name in ("policy", "critic"):
        online, target = getattr(networks, name), getattr(networks, f"target_{name}")
        for key, variable in online.named_variables().items():
            stddev = 1 / np.sqrt(variable.shape[0]) if key.endswith("/w") else 0.1
            value = generator.normal(key.endswith("scale"), stddev, variable.shape)
            variable.assign(value)
            if target is not None:
                target.named_variables()[key].assign(value)


def weights(networks: Networks) -> dict[str, np.ndarray]:
    """All weights of all networks, by name."""
    return {
        f"{field.name}/{name}": variable.numpy()
        for field in dataclasses.fields(networks)
        if field.name not in ("architecture", "normalizer") and getattr(networks, field.name) is not None
        for name, variable in getattr(networks, field.name).named_variables().items()
    }
